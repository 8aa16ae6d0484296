namespace Bulwark.Cli.Completion;

/// <summary>Scripts that make a shell ask <c>bulwark</c> itself what fits.</summary>
internal static class CompletionScripts
{
    public static readonly string[] Shells = ["bash", "zsh", "fish"];

    public static string For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        _ => Fish,
    };

    // Each sends the name "bulwark" whatever path it was called by: that is the only one the parser skips.
    // bash splits words at ':', so what stands before the last one must be taken off again.
    private const string Bash = """
        # bash completion for bulwark; load it with: source <(bulwark completion bash)
        _bulwark() {
            local current="${COMP_LINE:0:COMP_POINT}" word line
            current="bulwark${current#"${COMP_WORDS[0]}"}"
            word="${current##* }"
            COMPREPLY=()
            while IFS= read -r line; do
                [[ "$line" == "$word"* ]] || continue
                if [[ "$COMP_WORDBREAKS" == *:* && "$word" == *:* ]]; then
                    line="${line#"${word%"${word##*:}"}"}"
                fi
                COMPREPLY+=("$line")
            done < <("${COMP_WORDS[0]}" "[suggest:${#current}]" "$current" 2>/dev/null)
        }
        complete -F _bulwark bulwark

        """;

    private const string Zsh = """
        #compdef bulwark
        # zsh completion for bulwark; load it with: source <(bulwark completion zsh)
        _bulwark() {
            local -a found
            local current="bulwark${${BUFFER[1,CURSOR]}#${words[1]}}"
            found=("${(@f)$("${words[1]}" "[suggest:${#current}]" "$current" 2>/dev/null)}")
            found=("${(@)found:#}")
            compadd -- "${found[@]}"
        }
        compdef _bulwark bulwark

        """;

    private const string Fish = """
        # fish completion for bulwark; load it with: bulwark completion fish | source
        function __bulwark_complete
            set -l current (commandline -cp | string replace -r '^\S+' bulwark)
            bulwark "[suggest:"(string length -- "$current")"]" "$current" 2>/dev/null
        end
        complete -f -c bulwark -a '(__bulwark_complete)'

        """;
}

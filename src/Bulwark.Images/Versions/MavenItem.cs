namespace Bulwark.Images.Versions;

/// <summary>A part of a Maven version: a number, a word, or a list of parts.</summary>
internal sealed class MavenItem
{
    // In this order, the empty one being the release itself.
    private static readonly string[] s_qualifiers = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
    private static readonly int s_release = Array.IndexOf(s_qualifiers, "");

    private readonly Kind _kind;
    private readonly string _text;
    private readonly List<MavenItem> _list = [];

    private MavenItem(Kind kind, string text = "")
    {
        _kind = kind;
        _text = text;
    }

    private enum Kind
    {
        Number,
        Word,
        List,
    }

    private bool IsNothing => _kind switch
    {
        Kind.Number => Digits.AreZero(_text),
        Kind.Word => _text.Length == 0,
        _ => _list.Count == 0,
    };

    /// <summary>A '-', and each change between digits and letters, begins a list in the list; so does a word before digits or at the end (".x1" is "-x1").</summary>
    public static MavenItem Parse(string version)
    {
        version = version.ToLowerInvariant();
        var lists = new List<MavenItem> { new(Kind.List) };
        var (isDigit, start) = (false, 0);
        void Add(int end, bool followedByDigit = false) =>
            lists[^1]._list.Add(end == start || isDigit ? new(Kind.Number, version[start..end]) : Word(version[start..end], followedByDigit));
        void Nest()
        {
            var inner = new MavenItem(Kind.List);
            lists[^1]._list.Add(inner);
            lists.Add(inner);
        }
        void NestWord()
        {
            if (!isDigit && lists[^1]._list.Count > 0)
                Nest();
        }
        for (var at = 0; at < version.Length; at++)
        {
            var character = version[at];
            if (character is '.' or '-')
            {
                Add(at);
                start = at + 1;
                if (character == '-')
                    Nest();
                continue;
            }
            if (isDigit != char.IsAsciiDigit(character) && at > start)
            {
                NestWord();
                Add(at, followedByDigit: !isDigit);
                start = at;
                Nest();
            }
            isDigit = char.IsAsciiDigit(character);
        }
        if (version.Length > start)
        {
            NestWord();
            Add(version.Length);
        }
        for (var index = lists.Count - 1; index >= 0; index--)
            lists[index].Normalise();
        return lists[0];
    }

    /// <summary>Numbers are newer than lists, lists than words; null is nothing further.</summary>
    public int CompareTo(MavenItem? other) => _kind switch
    {
        Kind.Number => other?._kind switch
        {
            null => IsNothing ? 0 : 1,
            Kind.Number => Digits.Compare(_text, other._text),
            _ => 1,
        },
        Kind.Word => other?._kind switch
        {
            null => Rank(_text).CompareTo(s_release),
            Kind.Word => CompareWords(_text, other._text),
            _ => -1,
        },
        _ => other?._kind switch
        {
            null => _list.Select(item => item.CompareTo(null)).FirstOrDefault(order => order != 0),
            Kind.Number => -1,
            Kind.Word => 1,
            _ => CompareLists(_list, other._list),
        },
    };

    private static MavenItem Word(string text, bool followedByDigit) => new(Kind.Word, text switch
    {
        "a" when followedByDigit => "alpha",
        "b" when followedByDigit => "beta",
        "m" when followedByDigit => "milestone",
        "ga" or "final" or "release" => "",
        "cr" => "rc",
        _ => text,
    });

    private static int Rank(string word) => Array.IndexOf(s_qualifiers, word) is var index and >= 0 ? index : s_qualifiers.Length;

    private static int CompareWords(string left, string right)
    {
        var (a, b) = (Rank(left), Rank(right));
        return a != b ? a.CompareTo(b) : string.CompareOrdinal(left, right);
    }

    private static int CompareLists(List<MavenItem> left, List<MavenItem> right)
    {
        for (var index = 0; index < Math.Max(left.Count, right.Count); index++)
        {
            var order = index >= left.Count ? -right[index].CompareTo(null) : left[index].CompareTo(right.ElementAtOrDefault(index));
            if (order != 0)
                return order;
        }
        return 0;
    }

    // Zeros and empty words at the end mean nothing, also when only lists come after them.
    private void Normalise()
    {
        for (var index = _list.Count - 1; index >= 0; index--)
        {
            if (_list[index].IsNothing)
                _list.RemoveAt(index);
            else if (_list[index]._kind != Kind.List)
                break;
        }
    }
}

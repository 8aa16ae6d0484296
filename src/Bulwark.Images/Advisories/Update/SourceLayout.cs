namespace Bulwark.Images.Advisories.Update;

/// <summary>How a place lays out what it publishes.</summary>
public enum SourceLayout
{
    /// <summary>Files, each read in whole.</summary>
    Files,

    /// <summary>
    /// Lists of mirrors of rpm repositories. Each repository's <c>repodata/repomd.xml</c> names its <c>updateinfo</c> with a checksum.
    /// </summary>
    RpmRepositories,

    /// <summary>
    /// A folder of CSAF documents, one for a vulnerability, as Red Hat has it: all at once in the archive that <c>archive_latest.txt</c> names,
    /// and each by itself, with <c>changes.csv</c> and <c>deletions.csv</c> saying when which changed.
    /// </summary>
    CsafFolder,
}

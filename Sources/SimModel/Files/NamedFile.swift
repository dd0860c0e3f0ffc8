import FoundationEssentials

/// A file that another file names: the parameters of a design, the data of a scenario, the children of
/// a parent graph, the outside data of a model.
public enum NamedFile {
  /// The path of `name` as written in `file`: absolute, or relative to the folder of `file`.
  ///
  /// A design from a stranger may name any file of this machine; so what it names must lie below its
  /// own folder, links followed. Throws `InputError` otherwise, unless `allowsOutside`.
  public static func path(_ name: String, in file: String, allowsOutside: Bool) throws -> String {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    let path = URL(fileURLWithPath: name, relativeTo: folder).standardizedFileURL.path
    guard allowsOutside || isBelow(path, folder.path) else {
      throw InputError(
        "names '\(name)', which lies outside its folder", file: file,
        hint: "move the file below \(folder.path), or trust this file with --allow-outside")
    }
    return path
  }

  /// Whether `path` lies below `folder`, links followed.
  public static func isBelow(_ path: String, _ folder: String) -> Bool {
    let inner = URL(fileURLWithPath: path).resolvingSymlinksInPath().pathComponents
    let outer = URL(fileURLWithPath: folder).resolvingSymlinksInPath().pathComponents
    return inner.count > outer.count && inner.starts(with: outer)
  }
}

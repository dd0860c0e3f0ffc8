import DataflowSim
import FoundationEssentials
import Glibc

/// Where to look for what HLS left behind.
public enum HLSBuildPlace: Sendable, Equatable {
  /// Below this folder, too, under the last components of the path a node states.
  case below(String)
  /// Under the very paths the nodes state, too. A file from somewhere else can name any path.
  case stored
}

/// The folder into which FINN had one node synthesised, and the files in it that tell the schedule.
struct HLSBuildFolder {
  let path: String
  /// `*_csynth.xml`, copies among them, or the solution's `csynth.xml` where there are none.
  let reports: [String]
  /// Generated Verilog of one copy: the tool writes the same files into several folders.
  let verilog: [String]
  /// `MVAU_hls_0` of `project_MVAU_hls_0`, the name of the top module.
  let project: String?

  var isEmpty: Bool { reports.isEmpty && verilog.isEmpty }

  private static let deepest = 9
  private static let mostEntries = 20_000
  private static let mostFiles = 512

  /// Lists `path`, never following links to other places.
  ///
  /// Throws `InputError` for a folder with more in it than a node's build has.
  init(_ path: String) throws {
    var entries = 0
    var reports: [String] = []
    var whole: [String] = []
    var verilog: [String: [String]] = [:]
    var projects: Set<String> = []
    func list(_ folder: String, _ depth: Int) throws {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names.sorted() where !name.hasPrefix(".") {
        entries += 1
        guard entries <= Self.mostEntries else {
          throw InputError(
            "holds more than \(Self.mostEntries) files; the build of a single node has fewer",
            file: path)
        }
        let entry = "\(folder)/\(name)"
        switch FileKind(entry) {
        case .folder where depth < Self.deepest:
          if name.hasPrefix("project_") { projects.insert(String(name.dropFirst(8))) }
          try list(entry, depth + 1)
        case .file where name.hasSuffix("_csynth.xml"): reports.append(entry)
        case .file where name == "csynth.xml": whole.append(entry)
        case .file where name.hasSuffix(".v"): verilog[folder, default: []].append(entry)
        default: break
        }
      }
    }
    try list(path, 0)
    self.path = path
    let files = reports.isEmpty ? whole : reports
    // The folder of the synthesis itself, else whichever has most of the files.
    let copy = verilog.max { a, b in
      (Self.isSynthesis(a.key) ? 1 : 0, a.value.count, b.key)
        < (Self.isSynthesis(b.key) ? 1 : 0, b.value.count, a.key)
    }
    self.reports = Array(files.prefix(Self.mostFiles))
    self.verilog = Array((copy?.value ?? []).prefix(Self.mostFiles))
    project = projects.count == 1 ? projects.first : nil
  }

  private static func isSynthesis(_ folder: String) -> Bool { folder.hasSuffix("/syn/verilog") }
}

extension HLSBuildFolder {
  /// The folder of a node, if one of the places has it.
  ///
  /// - Parameters:
  ///   - stored: the node's `code_gen_dir_ipgen`; empty: it states none.
  ///   - name: the node's name.
  ///   - folders: those of the model's files.
  static func of(
    _ name: String, stored: String, beside folders: [String], _ place: HLSBuildPlace?
  ) throws -> HLSBuildFolder? {
    var roots = folders
    if case .below(let folder) = place { roots.insert(folder, at: 0) }
    var candidates: [String] = []
    // `..` has no place in a path that a tool has written; only the last components count anyway.
    let parts = stored.split(separator: "/").map(String.init)
      .filter { $0 != "." }
    if !parts.isEmpty, !parts.contains("..") {
      for root in roots {
        for start in parts.indices.suffix(4) {
          candidates.append("\(root)/\(parts[start...].joined(separator: "/"))")
        }
      }
      if place == .stored, stored.hasPrefix("/") { candidates.append(stored) }
    }
    for candidate in candidates where FileKind(candidate) == .folder {
      let folder = try HLSBuildFolder(candidate)
      if !folder.isEmpty { return folder }
    }
    guard case .below(let folder) = place else { return nil }
    return try named(name, in: folder)
  }

  /// `MVAU_hls_0` of `…/code_gen_ipgen_MVAU_hls_0_<random>`.
  static func nodeName(of stored: String) -> String? {
    let prefix = "code_gen_ipgen_"
    guard let last = stored.split(separator: "/").last, last.hasPrefix(prefix),
      last.utf8.count > prefix.utf8.count + 9, isRandom(last.suffix(8))
    else { return nil }
    return String(last.dropFirst(prefix.count).dropLast(9))
  }

  /// The folder named after the node: `code_gen_ipgen_<name>_<random>` or `project_<name>`.
  private static func named(_ name: String, in folder: String) throws -> HLSBuildFolder? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let prefix = "code_gen_ipgen_\(name)_"
    let matches = names.sorted().filter { entry in
      entry == "project_\(name)"
        || (entry.hasPrefix(prefix) && Self.isRandom(entry.dropFirst(prefix.count)))
    }.filter { FileKind("\(folder)/\($0)") == .folder }
    guard matches.count < 2 else {
      throw InputError(
        "has \(matches.count) folders of node '\(name)': \(matches.joined(separator: ", "))",
        file: folder, hint: "keep the one of the build in question")
    }
    return try matches.first.map { try HLSBuildFolder("\(folder)/\($0)") }
  }

  /// What Python's `mkdtemp` puts behind a prefix.
  private static func isRandom(_ text: Substring) -> Bool {
    text.utf8.count == 8
      && text.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
      }
  }
}

/// What a path leads to, links not followed.
private enum FileKind {
  case file, folder, other

  init(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      self = .other
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .folder
    default: self = .other
    }
  }
}

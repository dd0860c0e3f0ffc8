import DataflowSim
import Foundation

/// What `simrun calibrate` is given: a build's output directory with its utilisation, or a file of placed
/// nodes.
public enum CalibrationSource {
  /// The placed nodes at `path`.
  ///
  /// Throws `InputError` where there is no utilisation to be found or none of its instances is a node.
  public static func read(_ path: String, options: ImportOptions = .init()) throws
    -> CalibrationFile
  {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      return try build(path, options)
    }
    let data = try InputFile.readJSON(path)
    guard CalibrationFile.isOne(try JSONValue(parsing: data, file: path)) else {
      throw InputError(
        "is no \"simrun-calibration\" file", file: path,
        hint: "give FINN's output directory, with report/post_synth_resources.json in it")
    }
    return try CalibrationFile(json: data, file: path)
  }

  /// What a build placed, whose design and reports lie in `folder`.
  private static func build(_ folder: String, _ options: ImportOptions) throws -> CalibrationFile {
    let reports = BuildReports(folder)
    guard let file = reports.utilisationFile else {
      throw InputError(
        "has no report/post_synth_resources.json", file: folder,
        hint: "FINN writes it where a build goes through synthesis (build_type with a bitfile or "
          + "out-of-context synthesis)")
    }
    let utilisation = try UtilisationFile(contentsOf: file)
    let areas = try reports.areaFile.map(HLSAreaFile.init(contentsOf:))?.areas ?? [:]
    let design = try DesignFile.load(folder, options: options).design
    let context = CostContext(design)
    let name = URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent
    var result = CalibrationFile(source: folder, rows: [])
    for node in design.nodes {
      guard let placed = utilisation.placed(of: node.name) else { continue }
      result.rows.append(
        CalibrationRow(
          build: name, node: node.name, block: try design.block(of: node), in: context,
          placed: placed, reported: areas[node.name]))
    }
    guard !result.rows.isEmpty else {
      let some = utilisation.placed.keys.sorted().prefix(3).joined(separator: ", ")
      throw InputError(
        "names no node of the design (it has \(some))", file: file,
        hint: "is it the report of another build?")
    }
    return result
  }
}

extension CalibrationFile {
  init(source: String, rows: [CalibrationRow]) {
    self.source = source
    self.rows = rows
  }
}

/// The reports of resources that a FINN build leaves in its output directory.
struct BuildReports {
  private let folder: String

  init(_ folder: String) { self.folder = folder }

  var utilisationFile: String? { file("post_synth_resources.json") }
  var areaFile: String? { file("estimate_layer_resources_hls.json") }

  private func file(_ name: String) -> String? {
    ["\(folder)/report/\(name)", "\(folder)/\(name)"].first(where: FileManager.default.fileExists)
  }
}

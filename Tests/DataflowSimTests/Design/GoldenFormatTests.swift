import DataflowAnalysis
import Foundation
import Testing

/// Every measured design and scenario is in the project's own formats.
@Test func goldenDesignsAndScenariosRead() throws {
  guard let folder = TestFiles.shared("golden") else { return }
  var count = 0
  for kind in ["fifo", "dwc", "chain", "mvu", "vvu", "thresholding", "fmpadding"] {
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(kind)").sorted() {
      let path = "\(folder)/\(kind)/\(name)"
      guard case .object(let file) = try JSONValue(parsing: InputFile.read(path), file: path),
        let document = file["design"], case .object(let runs)? = file["runs"]
      else { continue }
      let design = try Design(document: document, file: path)
      _ = try DesignGraph(design)
      for case .object(let run) in runs.values {
        guard let scenario = run["scenario"] else { continue }
        try Scenario(document: scenario, file: path).requireNames(of: design)
        count += 1
      }
    }
  }
  #expect(count > 100)
}

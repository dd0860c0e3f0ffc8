import DataflowAnalysis
import Foundation
import Testing

struct SchemaTests {
  private static let configs = URL(filePath: #filePath)
    .appending(path: "../../../../configs").standardizedFileURL

  /// `simrun blocks --schema > configs/simrun-design.schema.json` brings it up to date.
  @Test func committedDesignSchemaIsCurrent() throws {
    let file = Self.configs.appending(path: "simrun-design.schema.json")
    #expect(try String(contentsOf: file, encoding: .utf8) == DesignSchema.text)
  }

  /// `simrun schema scenario > configs/simrun-scenario.schema.json` brings it up to date.
  @Test func committedScenarioSchemaIsCurrent() throws {
    let file = Self.configs.appending(path: "simrun-scenario.schema.json")
    #expect(try String(contentsOf: file, encoding: .utf8) == ScenarioSchema.text)
    _ = try JSONValue(parsing: Data(contentsOf: file), file: "scenario schema")
  }
}

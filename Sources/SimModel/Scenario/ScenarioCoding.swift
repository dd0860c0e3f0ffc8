/// In a result a scenario stands as in a file of its own.
extension Scenario: ShapedJSON, Codable {
  public static var jsonShape: JSONShape {
    .reference(ScenarioSchema.name, text: ScenarioSchema.text)
  }
  public static var sample: Scenario { Scenario() }

  public init(from decoder: any Decoder) throws {
    try self.init(document: try JSONValue(from: decoder), file: "scenario")
  }

  public func encode(to encoder: any Encoder) throws {
    try JSONValue(parsing: json(), file: "scenario").encode(to: encoder)
  }
}

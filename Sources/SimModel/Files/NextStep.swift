/// What to type after an answer, and what that gives.
public struct NextStep: Codable, Sendable, Equatable {
  /// A line for a shell.
  public var command: String
  /// What it gives.
  public var reason: String

  /// A line as it can be typed.
  public init(command: String, reason: String) {
    self.command = command
    self.reason = reason
  }
}

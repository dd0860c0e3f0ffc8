import DataflowAnalysis

extension Device {
  /// The device a part names; for one that simrun does not know a warning says what that means.
  static func known(_ part: String, otherwise consequence: String) -> Device? {
    do {
      return try Device.named(part)
    } catch {
      let near = (error as? InputError)?.hint.map { "\n  hint: \($0)" } ?? ""
      writeError("warning: unknown part '\(part)': \(consequence)\(near)")
      return nil
    }
  }
}

import ArgumentParser
import DataflowAnalysis
import Foundation

/// Options that take one value and were given several: the parser takes the last and drops the others
/// without a word, so that `check --fits A --fits B` would look at B alone.
enum RepeatedOptions {
  /// The message for the first such option of `arguments`, those behind the program's name.
  static func message(_ arguments: [String], _ root: any ParsableCommand.Type) -> String? {
    let given = arguments.prefix { $0 != "--" }.filter { $0.hasPrefix("-") }
      .map { String($0.prefix { $0 != "=" }) }
    guard given.count > 1 else { return nil }
    let command = command(arguments[...], root)
    guard let options = try? singleValued(command) else { return nil }
    for names in options {
      let uses = given.filter(names.contains)
      guard uses.count > 1 else { continue }
      let verb = command.configuration.commandName ?? "fps"
      return "error: \(verb): \(uses[1]) is given \(uses.count) times, but takes one value\n"
        + "  hint: state it once; the others would be ignored"
    }
    return nil
  }

  /// The command that is run: the deepest that the first words name.
  private static func command(
    _ arguments: ArraySlice<String>, _ root: any ParsableCommand.Type
  ) -> any ParsableCommand.Type {
    let below = root.configuration.subcommands
    if let word = arguments.first,
      let named = below.first(where: { $0.configuration.commandName == word })
    {
      return command(arguments.dropFirst(), named)
    }
    return root.configuration.defaultSubcommand ?? root
  }

  /// The names of each option that takes one value, as they are typed.
  private static func singleValued(_ command: any ParsableCommand.Type) throws -> [Set<String>] {
    let document = Data(command._dumpHelp().utf8)
    return try JSONDecoder().decode(Help.self, from: document).command.arguments
      .filter { $0.kind == "option" && !$0.isRepeating }
      .map { option in
        Set((option.names ?? []).map { ($0.kind == "long" ? "--" : "-") + $0.name })
      }
  }

  /// What the parser tells of a command.
  private struct Help: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String
    }
    struct Argument: Decodable {
      var kind: String
      var isRepeating: Bool
      var names: [Name]?
    }
    struct Command: Decodable { var arguments: [Argument] }
    var command: Command
  }
}

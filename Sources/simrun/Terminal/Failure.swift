import ArgumentParser
import DataflowAnalysis
import Foundation

/// What the process answers with; README.md#exit-codes.
enum SimrunExit {
  static let bitsDiffer = ExitCode(1)
  static let deadlock = ExitCode(2)
  static let budgetMissed = ExitCode(3)
  static let usage = ExitCode(64)
  static let badInput = ExitCode(65)
  static let internalError = ExitCode(70)
  static let outputFailed = ExitCode(74)
}

/// Runs a command's body; an `InputError` becomes `error: …` on standard error and exit code 65.
func reportingInputErrors<T>(_ body: () throws -> T) throws -> T {
  do {
    return try body()
  } catch let error as InputError {
    writeError("error: \(error)")
    throw SimrunExit.badInput
  } catch is OutputError {
    writeError("error: the result cannot be written to standard output (closed? device full?)")
    throw SimrunExit.outputFailed
  } catch let error where !(error is ExitCode || error is CleanExit || error is ValidationError) {
    writeError("error: internal: \(error)")
    throw SimrunExit.internalError
  }
}

/// One message to standard error, which everything but a result goes to.
///
/// Values of the command line may stand in it: a line is shown as it is, and nothing in it is obeyed.
func writeError(_ text: String) {
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  writeRaw(lines.map { String($0).printable }.joined(separator: "\n"))
}

/// The command to type next, in its colour; its words are quoted already.
func writeError(_ next: NextStep) { writeRaw(next.text) }

private func writeRaw(_ text: String) {
  ProgressLine.aside()
  FileHandle.standardError.write(Data((text + "\n").utf8))
}

/// A number to be reached must be one that can be.
func requireGoal(_ value: Double?, _ option: String) throws {
  guard let value, !(value > 0 && value.isFinite) else { return }
  throw ValidationError("\(option) must be a number above 0")
}

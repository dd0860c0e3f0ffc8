import DataflowAnalysis
import Foundation

/// Prints one JSON document to standard output; equal results are equal text.
func printJSON(_ document: some ResultDocument) throws {
  try printText(String(decoding: try document.json().dropLast(), as: UTF8.self))
}

/// Prints a result to standard output. A reader that has gone ends the process silently, as usual in
/// a pipe; any other failure to write ends it with an error, so that no result is lost unnoticed.
func printText(_ text: String) throws {
  do {
    try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
  } catch {
    throw OutputError()
  }
}

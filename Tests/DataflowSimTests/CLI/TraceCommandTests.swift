import DataflowAnalysis
import Foundation
import Testing

@Suite struct TraceCommandTests {
  private let example = TestFiles.repository("traces/conv-shallow-fifos.simtrace.zst")

  private func trace(_ arguments: [String], check: (CommandLineTool.Outcome) throws -> Void) throws
  {
    try TestFiles.withTemporaryDirectory { folder in
      try check(try CommandLineTool.run(["trace"] + arguments, in: folder))
    }
  }

  @Test func theSummaryListsStreams() throws {
    try trace([example]) { outcome in
      #expect(outcome.status == 0 && outcome.output.hasPrefix("Complete. conv-shallow-fifos"))
      #expect(outcome.output.contains("words  first  last\n"))
    }
  }

  @Test func everyFormatIsPrinted() throws {
    for (format, start) in [
      ("--csv", "stream,index,cycle\n"), ("--json", "{\"schemaVersion\": 2"),
      ("--vcd", "$version"),
    ] {
      try trace([example, format]) { #expect($0.status == 0 && $0.output.hasPrefix(start)) }
    }
    try trace([example, "--csv", "--vcd"]) { #expect($0.status == 64) }
    try trace([example, "--fst"]) { #expect($0.status == 64 && $0.errors.contains("-o")) }
    try trace([example, "--from", "9", "--to", "3"]) { #expect($0.status == 64) }
    for more in [["--stream", "f_out.o"], ["--from", "1"], ["--to", "9"], ["-o", "x"]] {
      try trace([example, "--at", "5"] + more) {
        #expect($0.status == 64 && $0.errors.contains("--at goes alone"))
      }
    }
    try TestFiles.withTemporaryDirectory { folder in
      let cut = folder + "/cut.simtrace.zst"
      _ = try CommandLineTool.run(
        "run", TestFiles.repository("configs/tfc-w1a1.json"), "--max-cycles", "100", "--frames",
        "3", "--trace", cut)
      // What moves behind the end of a recording that was cut off is not known, nor what lies where then.
      try trace([cut, "--at", "99"]) {
        #expect($0.output.contains("not before 100") && !$0.output.contains("never"))
      }
      try trace([cut, "--at", "100"]) {
        #expect($0.status == 65 && $0.errors.contains("cut off before cycle 100"))
      }
    }
    try trace([example, "--csv", "--stream", "f_out.oo"]) {
      #expect($0.status == 65 && $0.errors.contains("did you mean 'f_out.o'?"))
    }
  }

  @Test func aDamagedTraceIsPrintedAsFarAsItGoes() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let whole = try TestFiles.data(example)
      try whole.prefix(whole.count * 4 / 5).write(to: URL(fileURLWithPath: folder + "/cut.zst"))
      let outcome = try CommandLineTool.run(
        ["trace", "cut.zst", "--csv", "-o", "out.csv"], in: folder)
      #expect(outcome.status == 65 && outcome.errors.contains("error: cut.zst: byte "))
      #expect(outcome.errors.contains("readable: "))
      let rows = try TestFiles.data(folder + "/out.csv")
      #expect(rows.starts(with: Data("stream,index,cycle\n".utf8)) && rows.count > 100)
    }
  }
}

import DataflowAnalysis
import Foundation
import Testing

/// Where results go: standard output that fails, and places that are no files.
@Suite struct OutputTests {
  /// A result that does not reach its reader is an error of its own kind.
  @Test(arguments: [
    "trace traces/residual-deadlock.simtrace.zst",
    "hang configs/ci/residual-hang.json",
    "hang configs/ci/residual-fixed.json --stress 1",
    "replay traces/residual-deadlock.simtrace.zst",
    "fifo configs/ci/residual-fixed.json --no-verify",
    "fold configs/tfc-w1a1.json --target-fps 1000",
    "run configs/ci/residual-fixed.json",
    "configs/ci/residual-fixed.json --fps", "--help", "help run", "--version", "--licenses",
  ])
  func aLostResultEndsWith74(_ command: String) throws {
    for target in [">&-", "> /dev/full"] {
      let result = try CommandLineTool.shell("./simrun \(command) \(target)")
      #expect(result.status == 74, "\(target)")
      #expect(
        result.errors.contains(
          "error: the result cannot be written to standard output (closed? device full?)"),
        "\(target): \(result.errors)")
    }
  }

  /// A result never takes the place of what it was made from.
  @Test(arguments: [
    "compare d.json --input x.npy --golden g.npz --html g.npz",
    "compare d.json --input x.npy --golden g.npz --html d.json",
    "report d.json --html d.json", "check d.json --summary d.json",
    "check d.json --golden g.npz --junit g.npz",
  ])
  func inputsAreNotReplaced(_ command: String) throws {
    try TestFiles.withTemporaryDirectory { folder in
      for name in ["d.json", "x.npy", "g.npz"] {
        try TestFiles.data(TestFiles.repository("configs/ci/residual-fixed.json"))
          .write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      let arguments = command.split(separator: " ").map(String.init)
      let result = try CommandLineTool.run(arguments, in: folder)
      #expect(result.status == 65 && result.errors.contains("name the same file"), "\(result)")
    }
  }

  /// Commands that write a file, without its name.
  private static let writers = [
    "run configs/ci/residual-fixed.json --trace",
    "trace traces/residual-deadlock.simtrace.zst --csv -o",
    "fifo configs/ci/residual-fixed.json --no-verify -o",
    "fold configs/tfc-w1a1.json --target-fps 1000 --apply",
    "check configs/ci/residual-fixed.json --junit",
    "import configs/ci/residual-fixed.json -o",
  ]

  /// A result replaces files only, and keeps the links that lead to them.
  @Test(arguments: writers)
  func onlyRegularFilesAreReplaced(_ command: String) throws {
    try TestFiles.withTemporaryDirectory { folder in
      let files = FileManager.default
      try files.createDirectory(atPath: "\(folder)/real", withIntermediateDirectories: true)
      try files.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "real/target")
      try Data("old".utf8).write(to: URL(fileURLWithPath: "\(folder)/real/target"))
      let linked = try CommandLineTool.shell("./simrun \(command) '\(folder)/link'")
      #expect(linked.status == 0, "\(linked.errors)")
      #expect(try files.destinationOfSymbolicLink(atPath: "\(folder)/link") == "real/target")
      #expect(try TestFiles.data("\(folder)/real/target") != Data("old".utf8))
      #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
      let piped = try CommandLineTool.shell("./simrun \(command) '\(folder)/pipe'")
      #expect(piped.status == 65)
      #expect(
        piped.errors.contains("\(folder)/pipe: cannot be written: it is a pipe"), "\(piped.errors)")
      let lost = try CommandLineTool.shell("./simrun \(command) '\(folder)/no/where'")
      #expect(lost.status == 65)
      #expect(
        lost.errors.contains("cannot be written: No such file or directory"), "\(lost.errors)")
      // A design's arrays lie beside the name it was given.
      let arrays = command.hasSuffix("--apply") ? ["link.npz"] : []
      #expect(
        try files.contentsOfDirectory(atPath: folder).sorted() == ["link"] + arrays + [
          "pipe", "real",
        ])
      #expect(try files.contentsOfDirectory(atPath: "\(folder)/real") == ["target"])
    }
  }
}

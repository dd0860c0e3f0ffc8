import DataflowSim
import Foundation
import Testing

/// Where results go: standard output that fails.
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
    "configs/ci/residual-fixed.json --fps",
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
}

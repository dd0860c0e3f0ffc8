import Foundation
import Testing

/// `simrun fifo`, and what `--apply` writes of its depths and those of other commands.
@Suite struct FIFOCommandTests {
  /// Depths are sized at a rate. Where cores lose words when they are fed faster, the sized design may stop, which the
  /// depths alone do not show.
  @Test func aDesignThatStopsWhenItIsFedFasterIsNoGoodNews() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let folding =
        #"{"mix": {"PE": 2, "SIMD": 16}, "fork_mlp": {"PE": 1}, "expand": {"PE": 1, "SIMD": 4}}"#
      try folding.write(toFile: "\(folder)/f.json", atomically: true, encoding: .utf8)
      let sized = try CommandLineTool.run(
        "fifo", "configs/transformer-encoder.json", "--folding", "\(folder)/f.json", "--quick",
        "--apply", "\(folder)/sized.json")
      #expect(sized.status == 2, "\(sized.output)\(sized.errors)")
      #expect(
        sized.output.contains("Behind sources that never wait the design stops")
          && sized.output.contains("mix: mvu-queue-overflow, 16 words"), "\(sized.output)")
      // transpose_k stands before it in the design and could lose words too.
      #expect(
        sized.output.contains(
          "No certificate: mix loses or makes words (mvu-queue-overflow, 16 words"))
      #expect(sized.output.contains("next: simrun hazards \(folder)/sized.json"))
      #expect(try CommandLineTool.run("fps", "\(folder)/sized.json").status == 2)
    }
    let sound = try CommandLineTool.run(
      "fifo", "configs/transformer-encoder.json", "--quick", "--json")
    #expect(sound.status == 0 && sound.json["fullSpeed"] is NSNull)
  }

  /// A bound of what could be saved is no smaller than what could be, and no whole percent larger.
  @Test func whatCouldBeSavedIsRoundedUp() throws {
    let sized = try CommandLineTool.run("fifo", "configs/conv1d-audio.json", "--least")
    #expect(sized.output.contains("No other depths that keep the rate are cheaper"))
    let told = try CommandLineTool.run("fifo", "configs/lenet.json", "--least")
    let line = try #require(
      told.output.firstMatch(of: /cost at least (\d+), these (\d+): at most (\d+) % could be saved/)
    )
    let atLeast = try #require(Int(line.1))
    let found = try #require(Int(line.2))
    let share = try #require(Int(line.3))
    #expect(100 * (found - atLeast) <= share * found)
    #expect((share - 1) * found < 100 * (found - atLeast))
  }

  /// The arrays of a design lie beside it; one that is written elsewhere takes them along.
  @Test(arguments: [
    "fifo configs/tfc-w1a1.json --quick", "fold configs/tfc-w1a1.json --target-fps 1000",
    "hang configs/resnet-small.json",
  ])
  func aDesignInAnotherFolderHasItsArrays(_ command: String) throws {
    try TestFiles.withTemporaryDirectory { folder in
      let arguments = command.split(separator: " ").map(String.init)
      let made = try CommandLineTool.run(arguments + ["--apply", "\(folder)/d.json"])
      #expect(made.status == (arguments[0] == "hang" ? 2 : 0), "\(made.output)\(made.errors)")
      let input = try CommandLineTool.run(
        "export", "\(folder)/d.json", "--memory", "\(folder)/memory")
      #expect(input.status == 0, "\(input.errors)")
    }
  }
}

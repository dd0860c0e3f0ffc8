import Foundation
import Testing

/// The words of `fps` in a terminal.
@Suite struct ThroughputTextTests {
  /// What a block needs of a period is its load; busy is what it was in a recorded run.
  @Test func loadIsNotCalledBusy() throws {
    let shared = try CommandLineTool.run(TestFiles.repository("configs/tfc-w1a1.json"), "--fps")
    let heading = shared.output.split(separator: "\n").first { $0.hasPrefix("node ") }
    #expect(heading?.split(separator: " ").prefix(3).joined(separator: " ") == "node load cycles")
    #expect(!shared.output.contains("busy"), "\(shared.output)")
    try TestFiles.withTemporaryDirectory { folder in
      let design = """
        {"format": "simrun-design", "version": 1, "name": "pad", "graph_inputs": ["a"], "graph_outputs": ["b"],
         "nodes": [{"name": "pad", "op_type": "FMPadding_rtl", "inputs": ["a"], "outputs": ["b"],
          "attributes": {"ImgDim": [32, 32], "Padding": [1, 1, 1, 1], "NumChannels": 3, "SIMD": 1,
           "inputDataType": "UINT8"}}]}
        """
      try design.write(toFile: folder + "/d.json", atomically: true, encoding: .utf8)
      let alone = try CommandLineTool.run("fps", folder + "/d.json").output
      #expect(alone.contains("compute: pad needs every cycle\n"), "\(alone)")
    }
  }
}

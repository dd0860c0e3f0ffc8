import DataflowAnalysis
import Foundation
import Testing

/// `simrun hang` and `check`, as a person or a build server runs them.
@Suite struct HangCommandTests: CommandTests {
  // MARK: check

  /// A core that loses products in the ideal run: whole frames, as --golden has them, do not show it.
  @Test func aHazardWithoutAnyStallIsAWarning() throws {
    let design = TestFiles.repository("configs/examples/dsp48-lost-product.json")
    let told = try CommandLineTool.run("check", design)
    #expect(told.status == 0)
    #expect(
      told.output.contains("hazards warning: mvu0: mvu-dsp48-frozen-zero: 3 words wrong"),
      "\(told.output)")
  }

  /// What strikes under every stimulus is said before anything runs.
  @Test func aHazardOfTheDesignItselfIsAWarning() throws {
    try inFolder { folder, simrun in
      let window =
        #"{"ConvKernelDim": [2, 2], "IFMChannels": 2, "IFMDim": [5, 5], "OFMDim": [2, 2], "SIMD": 2, "Stride": [2, 2], "#
        + #""Dilation": [1, 1], "inputDataType": "UINT4", "outputDataType": "UINT4", "depthwise": 0}"#
      let node =
        #"{"name": "W", "op_type": "ConvolutionInputGenerator_hls", "attributes": \#(window), "#
        + #""inputs": ["in0"], "outputs": ["o"]}"#
      try write(
        #"{"format": "simrun-design", "version": 1, "name": "leftover", "clock_mhz": 200, "#
          + #""graph_inputs": ["in0"], "graph_outputs": ["o"], "nodes": [\#(node)]}"#, "d.json",
        in: folder)
      let told = try simrun("check", "d.json")
      #expect(
        told.output.contains(
          "hazards warning: W: hls-window-leftover-rows: the last 1 of 5 rows are never read"),
        "\(told.output)\(told.errors)")
      // Whatever is asked for.
      let rate = try simrun("d.json", "--fps")
      #expect(
        rate.errors.hasPrefix(
          "warning hls-window-leftover-rows: W: the last 1 of 5 rows are never read"),
        "\(rate.errors)")
      #expect(rate.errors.contains("next: simrun hazards d.json"), "\(rate.errors)")
      #expect(try simrun("hazards", "d.json").errors == "")
    }
  }

  /// Behind such a window a frame is no frame, so that there is no rate that depths could reach.
  @Test func depthsForFramesThatDriftAreRefusedWithTheReason() throws {
    try inFolder { folder, simrun in
      let window =
        #"{"ConvKernelDim": [2, 2], "IFMChannels": 4, "IFMDim": [5, 5], "OFMDim": [2, 2], "SIMD": 4, "Stride": [2, 2], "#
        + #""Dilation": [1, 1], "inputDataType": "INT4", "outputDataType": "INT4", "depthwise": 0}"#
      let matrix =
        #"{"MW": 16, "MH": 8, "PE": 8, "SIMD": 4, "inputDataType": "INT4", "weightDataType": "INT4", "#
        + #""outputDataType": "INT12", "noActivation": 1, "numInputVectors": [1, 2, 2]}"#
      let nodes = [
        #"{"name": "W", "op_type": "ConvolutionInputGenerator_hls", "attributes": \#(window), "inputs": ["i"], "outputs": ["w"]}"#,
        #"{"name": "f", "op_type": "StreamingFIFO_rtl", "attributes": {"depth": 2}, "inputs": ["w"], "outputs": ["x"]}"#,
        #"{"name": "M", "op_type": "MVAU_hls", "attributes": \#(matrix), "inputs": ["x"], "outputs": ["o"]}"#,
      ]
      try write(
        #"{"format": "simrun-design", "version": 1, "name": "leftover", "clock_mhz": 200, "#
          + #""graph_inputs": ["i"], "graph_outputs": ["o"], "nodes": [\#(nodes.joined(separator: ","))]}"#,
        "d.json", in: folder)
      let told = try simrun("fifo", "d.json")
      #expect(told.status == 65)
      #expect(
        told.errors.contains("node 'W': frames are not the same everywhere: the last 1 of 5 rows"),
        "\(told.errors)")
      #expect(told.errors.contains("pad or crop the image"), "\(told.errors)")
    }
  }

  /// The end of a run that its scenario asks for is no hang.
  @Test func whatMaxCyclesEndsIsSaid() throws {
    try inFolder { folder, simrun in
      try write(
        #"{"format": "simrun-scenario", "version": 1, "max_cycles": 50}"#, "s.json", in: folder)
      let told = try simrun("check", Self.config("residual-fixed.json"), "--scenario", "s.json")
      #expect(told.status != 0)
      #expect(
        told.output.contains("max_cycles of the scenario ended the run: 0 of 3 frames"),
        "\(told.output)")
      #expect(!told.output.contains("simrun hang"), "\(told.output)")
    }
  }

  /// The last of two would be looked at, and nobody would know.
  @Test func anOptionGivenTwiceIsRefused() throws {
    let design = Self.config("residual-fixed.json")
    let twice = try CommandLineTool.run("check", design, "--fits", "xc7s6", "--fits=ZCU104")
    #expect(twice.status == 64)
    #expect(
      twice.errors == "error: check: --fits is given 2 times, but takes one value\n"
        + "  hint: state it once; the others would be ignored\n", "\(twice.errors)")
    let several = try CommandLineTool.run(
      "check", design, design, "--depth", "FIFO_skip=20", "--depth", "FIFO_skip=21")
    #expect(several.status == 0, "\(several.errors)")
    let nested = try CommandLineTool.run("sweep", "report", "x", "--csv", "a", "--csv", "b")
    #expect(nested.status == 64 && nested.errors.contains("--csv is given 2 times"), "\(nested)")
    let front = try CommandLineTool.run(design, "--fps", "--part", "ZCU104", "--part", "U250")
    #expect(front.status == 64 && front.errors.hasPrefix("error: fps: --part"), "\(front)")
  }

  // MARK: hang

  @Test func aDeadlockIsExplainedAndEndsWithTwo() throws {
    try inFolder { _, simrun in
      let told = try simrun("hang", Self.config("residual-hang.json"))
      #expect(told.status == 2 && told.errors.isEmpty)
      #expect(told.output.hasPrefix("Deadlock in residual-hang: 0 of 3 frames came out"))
      #expect(
        told.output.contains("← Duplicate_0 waits for room on skip (full, 4/4)\n  ← AddStreams_0"))
      #expect(
        told.output.contains(
          "First blocked: word 6 of skip, offered by Duplicate_0 since cycle 24"), "\(told.output)")
      let document = try simrun("hang", Self.config("residual-hang.json"), "--json").json
      #expect(document["schemaVersion"] as? Int == 2)
      #expect(document["outcome"] as? String == "deadlock")
      #expect(document["cycle"] as? Int == 25)
      let link = try #require((document["waitCycle"] as? [[String: Any]])?.first)
      #expect(link["node"] as? String == "AddStreams_0" && link["waitsFor"] as? String == "word")
      #expect(link["stream"] as? String == "activations" && link["words"] as? Int == 1)
      let fix = try #require((document["fixes"] as? [[String: Any]])?.first)
      #expect(fix["fifo"] as? String == "FIFO_skip" && fix["depth"] as? Int == 4)
      #expect(fix["minimalDepth"] as? Int == 13 && fix["cyclesPerFrame"] is NSNumber)
      let certificate = try #require(document["certificate"] as? [String: Any])
      #expect(certificate["verdict"] as? String == "none" && certificate["reason"] is String)
      #expect(certificate["witness"] is NSNull)
    }
  }

  /// A fault that is never reached would look like one that does no harm.
  @Test func aFaultOutOfReachIsAWarning() throws {
    try inFolder { folder, simrun in
      try write(
        #"""
        {"format": "simrun-scenario", "version": 1, "frames": 2,
         "faults": [{"kind": "drop", "stream": "skip", "word": 70000}]}
        """#, "s.json", in: folder)
      for command in ["hang", "run"] {
        let told = try simrun(
          command, Self.config("residual-fixed.json"), "--scenario", "s.json")
        #expect(told.status == 0)
        #expect(
          told.errors.contains("warning: s.json: fault 1 strikes nothing: word 70000 of 'skip'"),
          "\(command): \(told.errors)")
      }
    }
  }

  /// A document has the same keys whatever happened.
  @Test func absentValuesAreNull() throws {
    try inFolder { _, simrun in
      let hangs = try simrun("hang", Self.config("residual-hang.json"), "--json").json
      let runs = try simrun("hang", Self.config("residual-fixed.json"), "--json")
      #expect(runs.status == 0)
      #expect(Set(runs.json.keys) == Set(hangs.keys))
      #expect(runs.json["firstBlocked"] is NSNull && runs.json["minimalTotal"] is NSNull)
      #expect((runs.json["certificate"] as? [String: Any])?["verdict"] as? String == "live")
    }
  }

  @Test func whatStressFindsCanBeRunAgain() throws {
    let golden = try #require(try GoldenCase.load("composite").first { $0.name == "rnd_s9_3_edge" })
    try inFolder { folder, simrun in
      try golden.design.json().write(to: URL(fileURLWithPath: folder + "/d.json"))
      let found = try simrun("hang", "d.json", "--stress", "60", "-o", "found.json")
      #expect(found.status == 2 && found.output.contains("Scenario saved as found.json."))
      #expect(
        try simrun("hang", "d.json", "--stress", "60", "--json").json["finding"] is [String: Any])
      #expect(try simrun("run", "d.json", "--scenario", "found.json").status == 2)
      #expect(try simrun("hang", "d.json", "--scenario", "found.json").status == 2)
      #expect(try simrun("check", "d.json", "--scenario", "found.json").status == 2)
      let calm = try simrun("hang", Self.config("residual-fixed.json"), "--stress", "6", "--json")
      #expect(calm.status == 0 && calm.json["finding"] is NSNull)
    }
  }

  @Test func wrongUseAndWrongScenariosAreNamed() throws {
    try inFolder { folder, simrun in
      let design = Self.config("frame-leak.json")
      #expect(try simrun("hang", design, "--stress", "0").status == 64)
      #expect(try simrun("hang", design, "--frames", "0").status == 64)
      try write(
        #"{"format": "simrun-scenario", "version": 1, "faults": [{"kind": "reset", "frame": 1,"#
          + #" "except": ["MVAU_1"]}]}"#, "s.json", in: folder)
      let wrong = try simrun("hang", design, "--scenario", "s.json")
      #expect(wrong.status == 65 && wrong.output.isEmpty)
      #expect(wrong.errors.contains("s.json") && wrong.errors.contains("'MVAU_0'"))
      #expect(try simrun("run", design, "--scenario", "s.json").status == 65)
      let check = try simrun("check", design, "--scenario", "s.json")
      #expect(check.status == 65 && check.output.contains("failed: s.json: faults[0]"))
    }
  }

  // MARK: check

  @Test func checkWritesItsReports() throws {
    try inFolder { folder, simrun in
      let designs = ["residual-hang", "residual-fixed", "word-count-hang"].map {
        Self.config("\($0).json")
      }
      let outcome = try simrun(
        "check", designs[0], designs[1], designs[2], "--junit", "j.xml", "--sarif", "s.sarif",
        "--summary", "m.md")
      #expect(outcome.status == 2 && outcome.errors.isEmpty)
      #expect(!outcome.output.contains("::error"))
      let junit = try text("j.xml", in: folder)
      #expect(junit.hasPrefix("<?xml") && junit.contains("failures=\"3\">"), "\(junit)")
      #expect(junit.contains("<failure message=\"deadlock: AddStreams_0 waits"))
      #expect(junit.contains("FIFO_skip at depth 13 (now 4) frees it"))
      let sarif = try JSONSerialization.jsonObject(with: TestFiles.data(folder + "/s.sarif"))
      let log = try #require(sarif as? [String: Any])
      #expect(log["version"] as? String == "2.1.0")
      let results = try #require(
        (log["runs"] as? [[String: Any]])?.first?["results"] as? [[String: Any]])
      #expect(
        results.contains { $0["ruleId"] as? String == "live" && $0["level"] as? String == "error" })
      let summary = try text("m.md", in: folder)
      #expect(summary.contains("residual-fixed.json: passed"))
      #expect(summary.contains("| live | failed | deadlock:"))
    }
  }

  @Test func theExitCodeSaysWhatIsWrong() throws {
    try inFolder { folder, simrun in
      let sound = Self.config("residual-fixed.json")
      #expect(try simrun("check", sound).status == 0)
      #expect(try simrun("check", sound, "--min-fps", "1000").status == 0)
      #expect(try simrun("check", sound, "--min-fps", "1e12").status == 3)
      #expect(try simrun("check", sound, "--max-latency-us", "0.001").status == 3)
      #expect(try simrun("check", sound, "--fits", "xczu3eg-sbva484-1-e").status == 0)
      #expect(try simrun("check", sound, "--fits", "xczu0").status == 65)
      try write("{", "broken.json", in: folder)
      let broken = try simrun("check", sound, "broken.json", "--json")
      #expect(broken.status == 65 && broken.json["failed"] as? Bool == true)
      let findings = try #require(broken.json["findings"] as? [[String: Any]])
      #expect(findings.contains { ($0["message"] as? String)?.contains("broken.json") == true })
      #expect(try simrun("check", sound, "--input", "x.npy").status == 64)
      #expect(try simrun("check", sound, "--golden", "none.npz").status == 65)
      #expect(
        try simrun(
          "check", Self.config("frame-leak.json"), "--scenario",
          Self.config("frame-leak-fixed.scenario.json")
        ).status == 0)
      #expect(
        try simrun(
          "check", Self.config("frame-leak.json"), "--scenario",
          Self.config("frame-leak-hang.scenario.json")
        ).status == 2)
    }
  }

  /// On GitHub at most ten problems are annotated, failures first.
  @Test func problemsAreAnnotatedOnGitHub() throws {
    let designs = Array(repeating: Self.config("word-count-hang.json"), count: 7)
    let line =
      "GITHUB_ACTIONS=true ./simrun check " + designs.map { "'\($0)'" }.joined(separator: " ")
    let outcome = try CommandLineTool.shell(line)
    #expect(outcome.status == 2)
    let annotations = outcome.output.split(separator: "\n").filter { $0.hasPrefix("::") }
    #expect(annotations.count == 10 && annotations.allSatisfy { $0.hasPrefix("::error file=") })
  }

  @Test func goldenActivationsAreCompared() throws {
    try inFolder { folder, simrun in
      let design = TestFiles.repository("configs/tfc-w1a1.json")
      let pixels = (0..<784).map { UInt8(truncatingIfNeeded: $0 &* 37 / 5) }
      try TensorFile.write([("x", try Tensor(pixels, shape: [1, 784]))], to: folder + "/x.npy")
      #expect(
        try simrun("run", design, "--input", "x.npy", "--activations", "a.npz").status == 0)
      let same = try simrun("check", design, "--golden", "a.npz", "--input", "x.npy")
      #expect(same.status == 0 && same.output.contains("golden passed: 18 tensors agree"))
      // The activations hold the graph input too.
      #expect(try simrun("check", design, "--golden", "a.npz").status == 0)
      var arrays = try TensorFile.read(folder + "/a.npz")
      let wrong = "MVAU_hls_1_out0"
      let values = try #require(arrays[wrong]).asIntegers(as: Int64.self, name: wrong)
      arrays[wrong] = try Tensor(Array(values.reversed()), shape: arrays[wrong]!.shape)
      try TensorFile.write(arrays.map { ($0.key, $0.value) }, to: folder + "/b.npz")
      let other = try simrun(
        "check", design, "--golden", "b.npz", "--junit", "j.xml", "--sarif", "s.sarif")
      #expect(other.status == 1)
      #expect(
        try text("j.xml", in: folder).contains("<failure message=\"first divergence at '\(wrong)'"))
      let sarif = try text("s.sarif", in: folder)
      #expect(sarif.contains("\"ruleId\" : \"golden\"") && sarif.contains("diagnosis: permutation"))
    }
  }
}

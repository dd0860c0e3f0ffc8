import DataflowAnalysis
import DesignFiles
import Foundation
import ReportPage
import Testing

/// The pages as files: what they hold, whatever shows them.
@Suite struct PageTests {
  private func data(of page: Data) throws -> [String: Any] {
    let text = String(decoding: page, as: UTF8.self)
    let start = try #require(text.range(of: #"<script type="application/json" id="data">"#))
    let end = try #require(text.range(of: "</script>", range: start.upperBound..<text.endIndex))
    let json = text[start.upperBound..<end.lowerBound]
    return try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }

  @Test func theDataIsOneDocument() throws {
    let document = try data(of: PageFixture.design("tfc-w1a1"))
    #expect(document["kind"] as? String == "simrun-design-page")
    #expect(document["schemaVersion"] as? Int == 1 && document["simrunVersion"] is String)
    #expect(document.keys.contains("hang") && document["hang"] is NSNull)
    let report = try #require(document["report"] as? [String: Any])
    #expect(report["outcome"] as? String == "complete")
    let recording = try #require(document["recording"] as? [String: Any])
    let windows = try #require(recording["windows"] as? [[String: Any]])
    #expect(windows.count == 2 && windows[1]["isSteady"] as? Bool == true)
  }

  /// One period of the steady state is as long as the period, and its busiest block is as busy as the report
  /// says.
  @Test func theSteadyWindowIsTheSteadyState() throws {
    let design = try Design(contentsOf: TestFiles.repository("configs/cnv-w1a1.json"))
    let throughput = try Throughput(design)
    let steady = try #require(throughput.steadyState)
    let recording = try Recording(throughput)
    let window = try #require(recording.windows.last)
    #expect(window.isSteady && window.profile.to - window.profile.from == steady.cycles)
    let limit = try #require(throughput.bottleneck)
    let lane = try #require(window.profile.nodes.first { $0.name == limit.node })
    let node = try #require(throughput.nodes.first { $0.name == limit.node })
    let share = Double(node.busyCycles) / steady.cyclesPerFrame
    #expect(abs(lane.shares.busy - share) < 0.02)
  }

  /// What follows from the repetition is what a run that goes on does.
  @Test(arguments: ["tfc-w1a1", "lenet", "conv1d-audio"])
  func theRepetitionIsWhatARunDoes(name: String) throws {
    let design = try Design(contentsOf: TestFiles.repository("configs/\(name).json"))
    let throughput = try Throughput(design)
    #expect(throughput.steadyState?.isRepeating == true)
    let recording = try Recording(throughput)
    let (data, _) = try TraceFixture.record(
      throughput.plan.design, Scenario(frames: recording.frames))
    let trace = try TraceFile(data, path: "t")
    #expect(recording.windows.count == 2 && recording.windows[1].isSteady)
    for window in recording.windows {
      let profile = try TraceProfile(
        trace, cycles: window.profile.from..<window.profile.to, columns: window.profile.columns)
      #expect(
        try JSONText(encoding: profile).indented == JSONText(encoding: window.profile).indented)
    }
    let times = FrameTimes(trace, words: throughput.plan.wordsPerFrame, frames: recording.frames)
    var compared = 0
    for (known, lane) in zip(times.nodes, recording.frameTimes.nodes) {
      for (a, b) in zip(known.begins + known.ends, lane.begins + lane.ends) {
        guard let b else { continue }
        #expect(a == b, "\(lane.name)")
        compared += 1
      }
    }
    #expect(compared > 8 * times.nodes.count)
  }

  @Test func aHangingDesignSaysHowToMendIt() throws {
    let document = try data(of: PageFixture.page(TraceFixture.example("residual-deadlock")))
    let hang = try #require(document["hang"] as? [String: Any])
    #expect(hang["outcome"] as? String == "deadlock")
    #expect((hang["waitCycle"] as? [Any])?.isEmpty == false)
    #expect((hang["fixes"] as? [Any])?.isEmpty == false)
  }

  /// No name ends the data or begins a tag, and the page asks for nothing from anywhere.
  @Test func namesStayText() throws {
    let page = try PageFixture.page(PageFixture.hostile())
    let text = String(decoding: page, as: UTF8.self)
    #expect(!text.contains("<img src=x") && !text.contains("<script>document.title"))
    #expect(text.contains("default-src 'none'"))
    #expect(!text.contains("src=\"http") && !text.contains("href=\"http"))
    _ = try data(of: page)
  }

  @Test func aDivergenceIsAPicture() throws {
    let expected = (0..<24).map(Double.init)
    var actual = expected
    actual[12 + 4 + 1] = -1
    actual[12 + 6 + 0] = -1
    let picture = try #require(
      DivergencePicture(expected: expected, actual: actual, shape: [1, 2, 3, 2], first: 17))
    #expect(picture.frame == 1 && picture.channel == 1 && picture.row == 0 && picture.column == 2)
    #expect(picture.expected == [13, 15, 17, 19, 21, 23] && picture.actual[2] == -1)
    #expect(picture.wrongChannels == [0, 0, 1, 1, 0, 0] && picture.wrongByChannel == [1, 1])
    let row = try #require(
      DivergencePicture(expected: [1, 2, 3], actual: [1, 2, 4], shape: [1, 3], first: 2))
    #expect(row.width == 3 && row.height == 1 && row.wrongChannels == [0, 0, 1])
    #expect(DivergencePicture(expected: [1], actual: [], shape: [1, 3], first: 0) == nil)
  }

  /// With data the page has the words that every stream offers, as `simrun trace --at` has them.
  @Test func wordsAreThoseOfTheTrace() throws {
    let loaded = try DesignFile.load(TestFiles.repository("configs/tfc-w1a1.json"))
    let recorded = CompressedResource.url("activations/tfc-w1a1.npz").path
    let image = try NPZ(contentsOf: recorded).tensor("__input__")
    try TestFiles.withTemporaryDirectory { folder in
      let file = folder + "/x.npy"
      try NPY.encode(image).write(to: URL(fileURLWithPath: file))
      var options = DesignPageOptions()
      let data = try PageData(loaded.design, loaded.parameters, inputs: TensorFile(file))
      options.recording.data = data
      let recording = try Page(loaded.design, device: nil, options: options).document.recording
      #expect(recording.dataFrames == image.shape[0])
      let plane = try Dataplane(loaded.design, parameters: loaded.parameters)
      let result = try plane.run([plane.inputs[0]: image], keep: .all)
      var compared = 0
      for window in recording.windows {
        let moments = try #require(window.moments)
        #expect(moments.cycles.count > 8)
        for lane in moments.streams {
          let layout = try plane.layout(of: lane.name)
          let all = try #require(result.streams[lane.name]?.int64s)
          for word in lane.words where !word.isEmpty {
            let found = try #require(word.firstMatch(of: /^frame (\d+), word (\d+).* = ([-\d ]+)/))
            let frame = Int(found.1)! % image.shape[0]
            let start = (frame * layout.words + Int(found.2)!) * layout.elements
            let shown = found.3.split(separator: " ").map { Int64($0)! }
            #expect(Array(all[start..<start + shown.count]) == shown, "\(lane.name) \(word)")
            compared += 1
          }
        }
      }
      #expect(compared > 50)
    }
    // Without data nothing changes.
    let bare = try Page(TraceFixture.example("conv-shallow-fifos"), device: nil)
    #expect(bare.document.recording.windows.allSatisfy { $0.moments == nil })
  }
}

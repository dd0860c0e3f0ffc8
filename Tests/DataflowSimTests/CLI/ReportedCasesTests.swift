import DataflowAnalysis
import DesignFiles
import Foundation
import Testing

/// What users of FINN reported and what their files look like, each as small as it gets: what simrun says.
@Suite struct ReportedCasesTests {
  private static let folder = TestFiles.resource("reported")

  struct Case: Sendable, CustomTestStringConvertible {
    var command: String
    var status: Int32
    /// What standard output and standard error together contain.
    var says: [String]
    var testDescription: String { command }

    init(_ command: String, _ status: Int32, _ says: String...) {
      self.command = command
      self.status = status
      self.says = says
    }
  }

  private func run(_ command: String) throws -> CommandLineTool.Result {
    try CommandLineTool.run(command.split(separator: " ").map(String.init), in: Self.folder)
  }

  // MARK: what is wrong with a design

  static let faults = [
    Case(
      "check fold-weight-stream-too-wide/w209.json", 1,
      "SR301 hls-width failed: node 'MVAU_hls_0': the weight stream is 65536 bits wide"),
    Case(
      "check thresholds-outside-their-type/Thresholding_rtl.json", 1,
      "SR201", "index [0, 0]: -9 is no INT4, and 4 others"),
    Case(
      "run thresholds-outside-their-type/Thresholding_rtl.json --input "
        + "thresholds-outside-their-type/x.npz", 65, "index [0, 0]: -9 is no INT4"),
    Case(
      "check thresholds-outside-their-type/f32.onnx", 1,
      "2147483648 is no INT32", "float32 cannot hold 2147483647"),
    Case("check thresholds-outside-their-type/w.json", 1, "SR204", "9 is no INT4"),
    Case(
      "check unsorted-rtl-thresholds-unreported/Thresholding_rtl.json", 1,
      "SR202", "the thresholds of 4 channels do not ascend"),
    Case("check swg-simd-differs-from-pool-pe/pool2_4_1.json", 1, "SR103", "depthwise with SIMD 2"),
    Case("check swg-simd-differs-from-pool-pe/pool4_4_0.json", 1, "SR103", "is not depthwise"),
    Case("swg-simd-differs-from-pool-pe/pool2_4_1.json --fps", 0, "error SR103 (window-order)"),
    Case(
      "check threshold-type-annotation-dropped/thr8.onnx", 0,
      "SR207 threshold-annotation warning", "annotated INT8, the accumulator is INT14"),
    Case(
      "partition-hint-is-circular/middle_only.onnx --fps", 65,
      "lies between the hardware nodes 'MVAU_hls_0' and 'MVAU_hls_1'", "streamlining"),
    Case(
      "partition-hint-is-circular/ends.onnx --fps", 0,
      "left out: in front Transpose_0 (Transpose), Mul_0 (Mul), MultiThreshold_0 (MultiThreshold); "
        + "behind Mul_2 (Mul), Softmax_0 (Softmax)"),
    Case("partition-hint-is-circular/qonnx.onnx --fps", 0, "160 cycles per frame"),
  ]

  @Test(arguments: faults) func faultsAreSaid(_ wanted: Case) throws {
    let told = try run(wanted.command)
    #expect(told.status == wanted.status, "\(told.errors)")
    for text in wanted.says { #expect((told.output + told.errors).contains(text), "\(told)") }
  }

  // MARK: what stops

  @Test(arguments: ["--fps", "run", "hang", "check"])
  func starvationIsSaidTheSame(_ command: String) throws {
    let file = "external-weights-too-few/dma49.json"
    let told = try run(command == "--fps" ? "\(file) --fps" : "\(command) \(file)")
    #expect(told.status == 2)
    #expect(told.output.contains("12288 missing"), "\(told.output)")
    #expect(!told.output.lowercased().contains("deadlock"))
  }

  /// Before FINN's InsertFIFO no stream has one: the fix is there all the same, and the way to size all.
  @Test(arguments: ["b1", "b2"]) func aGraphWithoutFIFOsIsFreed(_ name: String) throws {
    let file = "hang-offers-no-fix-before-fifos/\(name).json"
    let hang = try run("hang \(file)")
    #expect(hang.status == 2)
    #expect(hang.output.contains("Smallest change found: "), "\(hang.output)")
    #expect(hang.output.contains("next: simrun fifo \(file) --apply sized.json"))
    let fps = try run("\(file) --fps")
    #expect(fps.status == 2 && fps.output.contains("next: simrun fifo \(file) --apply sized.json"))
  }

  // MARK: why bits differ

  static let diagnoses = [
    Case(
      "unsorted-rtl-thresholds-unreported/Thresholding_rtl.json x.npz gs.npz", 1,
      "the thresholds of 4 channels are not ascending; the RTL block searches"),
    Case(
      "swg-simd-differs-from-pool-pe/pool2_4_1.json x.npz g.npz", 1,
      "depthwise interleave: the window brings 2 channels of each pixel in turn, the node takes 4"),
    Case(
      "diagnosis-stops-at-standalone-thresholding/embedded.json x21.npz g-flatten.npz", 1,
      "NHWC against NCHW: 49 pixels of 8 channels"),
    Case(
      "diagnosis-stops-at-standalone-thresholding/standalone.json x21.npz g-flatten.npz", 1,
      "NHWC against NCHW: 49 pixels of 8 channels"),
    Case("all-zero-board-dump/good.json x.npz z.npz", 1, "the reference is all zero"),
    Case("all-zero-board-dump/good.json x.npz c.npz", 1, "the reference is constantly 15"),
    Case(
      "compare-ignores-named-hazard/narrow.json xn.npz gold.npz", 1,
      "thresholding-narrow-wrap, a defect of the hardware: it changes all 36 values that differ"),
    Case(
      "threshold-type-annotation-dropped/thr8.onnx x.npz board.npz", 1,
      "cuts the accumulator of 14 bits to INT8"),
    Case("kernel-flip-and-rgb-bgr/noflip.json dx.npz dg.npz", 1, "turned by 180 degrees"),
  ]

  @Test(arguments: diagnoses) func differencesAreExplained(_ wanted: Case) throws {
    let parts = wanted.command.split(separator: " ").map(String.init)
    let folder = parts[0].split(separator: "/")[0]
    let told = try run(
      "compare \(parts[0]) --input \(folder)/\(parts[1]) --golden \(folder)/\(parts[2])")
    #expect(told.status == wanted.status, "\(told.errors)")
    for text in wanted.says { #expect(told.output.contains(text), "\(told.output)") }
    #expect(!told.output.contains("-3107") && !told.output.contains("no simple explanation"))
  }

  // MARK: files

  /// FINN writes the weights of the layers a driver may write, and numbers only these.
  @Test func runtimeWeightsAreThoseOfTheDriver() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let design = "export-runtime-weights-index/rt3.json"
      let first = try run("export \(design) --memory \(folder)/mem")
      #expect(first.status == 0 && first.output.contains("6 files"))
      let place = "\(folder)/mem/runtime_weights"
      let files = try FileManager.default.contentsOfDirectory(atPath: place).sorted()
      #expect(files == ["0_0_MVAU_hls_1.dat", "0_1_MVAU_hls_3.dat"])
      #expect(!first.errors.contains("runtime_weights"))
      // What an earlier export left is loaded by the driver too.
      try Data().write(to: URL(fileURLWithPath: "\(place)/0_2_MVAU_hls_2.dat"))
      let again = try run("export \(design) --memory \(folder)/mem")
      #expect(again.errors.contains("0_2_MVAU_hls_2.dat"), "\(again.errors)")
    }
  }

  /// Every design opens and has FINN's cycles, and those the hardware needs.
  @Test(
    arguments: [
      ("fifo-only-limit/partition_1.onnx", nil, 4...4),
      ("fifo-only-limit/iodma.onnx", nil, 4...4),
      ("finn05-scalar-dims/swg.onnx", 8196, 8196...8210),
      ("finnplus-dwc-inshape/dwc.onnx", nil, 784...784),
      ("finnplus-dwc-inshape/dwc_flatten.onnx", nil, 9...9),
      ("finnplus-reshape-squeeze/reshape.onnx", 784, 784...784),
      ("finnplus-reshape-squeeze/replicate.onnx", 768, 768...776),
      ("finnplus-reshape-squeeze/squeeze.onnx", 768, 768...776),
      ("hls-input-slice/design.json", 9624, 9624...9632),
      ("hls-input-slice/with_slice_as_fifo.json", 9624, 9624...9632),
      ("maxpool-hls-real-cycles/pool26.json", 845, 2268...2268),
      ("maxpool-hls-real-cycles/pool52.json", 3380, 8924...8924),
      ("maxpool-hls-real-cycles/pool104.json", 13520, 35418...35418),
      ("maxpool-hls-real-cycles/pool416.json", 216_320, 563_478...563_478),
      ("mixed-before-partition/step_convert_to_hw.onnx", 477, 452...452),
      ("old-folding-config/mva.onnx", 4096, 4096...4106),
      ("old-maxpool1d-no-pe/pool1d.onnx", 996, 996...3000),
      ("old-swg-is-hls/finn09.onnx", 10536, 10536...10546),
      ("old-swg-is-hls/finn09_whole_window.onnx", 1512, 1512...1522),
      ("parent-child-path/intermediate_models/dataflow_parent.onnx", 4, 4...4),
      ("port-width-not-modelled-without-iodma/dma64.json", 64, 98...98),
    ] as [(String, Int?, ClosedRange<Double>)])
  func filesOpen(_ file: String, _ finn: Int?, _ period: ClosedRange<Double>) throws {
    let design = try DesignFile.load("\(Self.folder)/\(file)").design.bridgingWidths().design
    let report = ThroughputReport(try Throughput(design), device: nil)
    #expect(report.finnEstimate?.cyclesPerFrame == finn)
    #expect(period.contains(report.throughput.cyclesPerFrame ?? 0), "\(report.throughput)")
  }

  /// Old names hold in folding files too, and FINN+ writes YAML.
  @Test(arguments: ["final_hw_config.json", "folding.yaml"])
  func oldFoldingFilesApply(_ file: String) throws {
    let told = try run("old-folding-config/mva.onnx --folding old-folding-config/\(file)")
    #expect(told.status == 0 && told.output.contains("FINN says  64 cycles per frame"), "\(told)")
  }
}

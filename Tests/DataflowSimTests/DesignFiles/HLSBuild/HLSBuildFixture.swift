import Foundation

/// Small build folders in the formats of Vivado HLS 2020.1 and Vitis HLS 2022.1 to 2024.2.
struct HLSBuildFixture {
  struct Loop {
    var name = "VITIS_LOOP_249_1"
    var trips: String
    var latency: Int
    var depth: Int?
    var interval: Int? = 1
    var inner: String = ""
  }

  struct Module {
    var name: String
    var latency: Int
    var interval: Int
    var loops: [Loop] = []
    var type = "no"
  }

  var tool = "2022.2"
  var clock = "10.00"
  var isOld: Bool { tool.hasPrefix("2020") }

  /// `<module>_csynth.xml`.
  func report(_ module: Module) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <profile>

    <section name = "Vitis HLS Report for '\(module.name)'" level="0"></section>
    <ReportVersion>
    <Version>\(tool)</Version>
    </ReportVersion>
    <UserAssignments>
    <unit>ns</unit>
    <ProductFamily>zynq</ProductFamily>
    <Part>xc7z020-clg400-1</Part>
    <TopModelName>\(module.name)</TopModelName>
    <TargetClockPeriod>\(clock)</TargetClockPeriod>
    <ClockUncertainty>\(isOld ? "1.25" : "2.70")</ClockUncertainty>
    </UserAssignments>
    \(estimates(module))
    \(area)
    </profile>
    """
  }

  /// The `csynth.xml` of a whole solution.
  func solution(_ modules: [Module], top: String) -> String {
    """
    <profile>
    <ReportVersion><Version>\(tool)</Version></ReportVersion>
    <UserAssignments><TopModelName>\(top)</TopModelName>
    <TargetClockPeriod>\(clock)</TargetClockPeriod></UserAssignments>
    \(estimates(modules.first { $0.name == top }!))
    <ModuleInformation>
    \(modules.map { "<Module><Name>\($0.name)</Name>\(estimates($0))\(area)</Module>" }.joined())
    </ModuleInformation>
    </profile>
    """
  }

  private func estimates(_ module: Module) -> String {
    """
    <PerformanceEstimates>
    <PipelineType>\(isOld ? "none" : module.type)</PipelineType>
    <SummaryOfOverallLatency>
    <unit>clock cycles</unit>
    <Best-caseLatency>\(module.latency)</Best-caseLatency>
    <Average-caseLatency>\(module.latency)</Average-caseLatency>
    <Worst-caseLatency>\(module.latency)</Worst-caseLatency>
    <Best-caseRealTimeLatency>\(module.latency * 10) ns</Best-caseRealTimeLatency>
    <Interval-min>\(module.interval)</Interval-min>
    <Interval-max>\(module.interval)</Interval-max>
    </SummaryOfOverallLatency>
    <SummaryOfLoopLatency>
    \(module.loops.map(loop).joined(separator: "\n"))
    </SummaryOfLoopLatency>
    </PerformanceEstimates>
    """
  }

  private func loop(_ loop: Loop) -> String {
    let name = isOld ? "Loop1" : loop.name
    return """
      <\(name)>
      \(isOld ? "" : "<Name>\(name)</Name>")
      <TripCount>\(loop.trips)</TripCount>
      <Latency>\(loop.latency)</Latency>
      <AbsoluteTimeLatency>\(loop.latency * 10)</AbsoluteTimeLatency>
      \(loop.interval.map { "<PipelineII>\($0)</PipelineII>" } ?? "")
      \(loop.depth.map { "<PipelineDepth>\($0)</PipelineDepth>" } ?? "<IterationLatency>8</IterationLatency>")
      \(loop.inner)
      </\(name)>
      """
  }

  private var area: String {
    """
    <AreaEstimates><Resources><BRAM_18K>3</BRAM_18K><\(isOld ? "DSP48E" : "DSP")>48</\(isOld ? "DSP48E" : "DSP")>
    <FF>1808</FF><LUT>2745</LUT><URAM>0</URAM></Resources>
    <AvailableResources><LUT>53200</LUT></AvailableResources></AreaEstimates>
    """
  }

  /// The head of a generated top module.
  func verilog(_ module: String, latency: Int, states: Int? = nil) -> String {
    let version = tool.replacingOccurrences(of: ".", with: "_")
    let name = isOld ? module : "\(module)_\(module)"
    let iterations = states.map { (0..<$0).map { "reg [1:0] ap_CS_iter\($0)_fsm;" } } ?? []
    return """
      // ==============================================================
      `timescale 1 ns / 1 ps

      (* CORE_GENERATION_INFO="\(name),hls_ip_\(version),{HLS_INPUT_TYPE=cxx,HLS_INPUT_FLOAT=0,HLS_INPUT_FIXED=0,HLS_INPUT_PART=xc7z020-clg400-1,HLS_INPUT_CLOCK=\(clock)0000,HLS_INPUT_ARCH=others,HLS_SYN_CLOCK=7.3,HLS_SYN_LAT=\(latency),HLS_SYN_TPT=none,HLS_SYN_MEM=3,HLS_SYN_DSP=48,HLS_SYN_FF=1808,HLS_SYN_LUT=2745,HLS_VERSION=\(version)}" *)

      module \(module) (ap_clk, ap_rst_n);
      \(iterations.joined(separator: "\n"))
      endmodule
      """
  }
}

/// Writes the files of a node's build as FINN and HLS lay them out.
struct HLSBuildWriter {
  let root: String
  var node: String
  var code: String { "\(root)/code_gen_ipgen_\(node)_4f_k1x2a" }
  var solution: String { "\(code)/project_\(node)/sol1" }

  func write(_ contents: String, _ path: String) throws {
    let url = URL(fileURLWithPath: "\(solution)/\(path)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(contents.utf8).write(to: url)
  }

  func report(_ fixture: HLSBuildFixture, _ module: HLSBuildFixture.Module) throws {
    try write(fixture.report(module), "syn/report/\(module.name)_csynth.xml")
  }

  func verilog(_ contents: String, _ name: String) throws {
    try write(contents, "syn/verilog/\(name).v")
  }
}

import DataflowSim
import Foundation

extension LoadedDesign {
  /// Gives every HLS node whose schedule is not stated the one its build has, where that is at hand and
  /// nothing speaks against it; says what was read and what could not be.
  ///
  /// - Parameters:
  ///   - folders: those of the files the design was read from.
  ///   - place: where else to look.
  /// Throws `InputError` when `place` is no folder.
  mutating func readSchedules(beside folders: [String], _ place: HLSBuildPlace?) throws {
    if case .below(let folder) = place { try Self.requireFolder(folder) }
    (schedules.folders, schedules.place) = (folders, place)
    readSchedules(of: Set(design.nodes.map(\.name)))
    tellSchedules()
  }

  /// Reads those of some nodes, in the places that are known; what is known of them from before is forgotten.
  mutating func readSchedules(of names: Set<String>) {
    guard let folders = schedules.folders else { return }
    let place = schedules.place
    for name in names { hlsReadings[name] = nil }
    schedules.problems.removeAll { names.contains($0.node) }
    schedules.missing.removeAll(where: names.contains)
    for index in design.nodes.indices where names.contains(design.nodes[index].name) {
      let node = design.nodes[index]
      guard let work = work(of: node) else { continue }
      do {
        guard let (reading, file) = try reading(of: node, work, folders, place) else {
          schedules.missing.append(node.name)
          continue
        }
        try state(reading, readFrom: file, at: index)
        hlsReadings[node.name] = reading
        if let a = reading.area {
          know(
            ReportedArea(lut: a.lut, ff: a.ff, bram18: a.bram18, uram: a.uram, dsp: a.dsp),
            of: design.nodes[index])
        }
      } catch let error as InputError {
        schedules.problems.append((node.name, "its schedule is predicted: \(error.description)"))
      } catch {
        schedules.problems.append((node.name, "its schedule is predicted: \(error)"))
      }
    }
  }

  private static func requireFolder(_ path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw InputError(
        "no such folder", file: path, at: "--hls-build",
        hint: "the folder that holds FINN's code_gen_ipgen_… folders, or 'stored'")
    }
    guard isFolder.boolValue else {
      throw InputError("is a file, not a folder", file: path, at: "--hls-build")
    }
  }

  /// What HLS was asked for, of a node whose schedule is open.
  private func work(of node: Node) -> HLSWork? {
    guard node.opType.hasSuffix("_hls") else { return nil }
    for (name, unset) in [("hls_structure", nil), ("latency", -1)] as [(String, Int?)] {
      switch node.attributes[name] {
      case nil: continue
      case .int(let value) where value == unset: continue
      case .string(""): continue
      default: return nil
      }
    }
    // What is wrong with the node is said when the design is planned.
    return (try? design.block(of: node))?.hlsWork
  }

  private func reading(
    of node: Node, _ work: HLSWork, _ folders: [String], _ place: HLSBuildPlace?
  ) throws -> (HLSScheduleReading, file: String)? {
    let build = schedules.builds[node.name] ?? build(of: node)
    let stored = build.folder
    let folder = try HLSBuildFolder.of(node.name, stored: stored, beside: folders, place)
    guard let folder else { return nil }
    var names = [node.name, build.module].filter { !$0.isEmpty }
    if let built = HLSBuildFolder.nodeName(of: stored) { names.append(built) }
    let expected = HLSExpectation(
      names: names, op: Node.baseName(node.opType), iterations: try iterations(of: node, work),
      pool: try pool(node, work))
    let reading = try HLSScheduleReader(folder, expected: expected).read()
    try requireGeneration(of: reading)
    let parent = URL(fileURLWithPath: folder.path).deletingLastPathComponent().path + "/"
    return (reading, reading.file.replacing(parent, with: "", maxReplacements: 1))
  }

  /// Vivado HLS makes other hardware of the same stages than Vitis HLS; a design's generation says which it is.
  private func requireGeneration(of reading: HLSScheduleReading) throws {
    guard let tool = reading.tool else { return }
    let isVivado = HLSScheduleReading.isVivado(tool)
    guard isVivado != (design.finnGeneration <= .v0_6) else { return }
    let (made, simulated) = isVivado ? ("Vivado", "Vitis") : ("Vitis", "Vivado")
    throw InputError(
      "is of \(made) HLS \(tool), but blocks of FINN \(design.finnGeneration.rawValue) are simulated as those "
        + "of \(simulated) HLS", file: reading.file,
      hint:
        "--finn-generation \((isVivado ? FINNGeneration.v0_6 : .default).rawValue) if that is the build's"
    )
  }

  /// Two processes read the input's words and write the output's.
  private func iterations(of node: Node, _ work: HLSWork) throws -> [Int] {
    guard work.kind == .otherRatioConverter else { return [work.iterations] }
    let block = try design.block(of: node)
    return (block.inputs.prefix(1) + block.outputs.prefix(1)).compactMap(\.words)
  }

  /// The shape of a square max pool, by its ports.
  private func pool(_ node: Node, _ work: HLSWork) throws -> HLSExpectation.Pool? {
    guard work.kind == .maxPool else { return nil }
    let block = try design.block(of: node)
    guard let image = block.inputs.first?.normalShape, let type = block.inputs[0].dataType,
      let result = block.outputs.first?.normalShape, image.count == 4, result.count == 4,
      result[1] > 0
    else { return nil }
    return .init(
      outputs: result[1], kernel: image[1] / result[1], isOneBit: type.bits == 1)
  }

  private mutating func state(_ reading: HLSScheduleReading, readFrom file: String, at index: Int)
    throws
  {
    var node = design.nodes[index]
    node.attributes["hls_structure"] = .string(reading.structure)
    if let stages = reading.stages { node.attributes["hls_stages"] = .int(stages) }
    node.attributes["hls_read_from"] = .string(file)
    // What is run at another clock or on another part later is to be said then, too.
    if let clock = reading.clock, clock > 0, clock.isFinite {
      node.attributes["hls_clock_ns"] = .float(clock)
    }
    if let part = reading.part { node.attributes["hls_part"] = .string(part) }
    do {
      _ = try design.block(of: node)
    } catch let error as InputError {
      throw error.inFile(file)
    }
    design.nodes[index] = node
  }

  /// What a graph says of where a node was built, and of the module's name.
  private func build(of node: Node) -> (folder: String, module: String) {
    (node.text("code_gen_dir_ipgen"), node.text("gen_top_module"))
  }

  /// Takes out FINN's paths of the machine it ran on, as all other records of builds.
  mutating func dropBuildPaths() {
    for index in design.nodes.indices {
      let node = design.nodes[index]
      let build = build(of: node)
      if build != ("", "") { schedules.builds[node.name] = build }
      for name in FINNNames.buildPaths { design.nodes[index].attributes[name] = nil }
    }
  }
}

import ArgumentParser
import DataflowAnalysis
import DesignFiles

/// `simrun export`: what the hardware's memories hold, and the design as a FINN graph.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write memory images (.dat), byte for byte as FINN does, or a FINN dataflow graph.",
    discussion: """
      --finn writes the design as a dataflow graph with FINN's attributes, element types and arrays; \
      it opens here again with equal results. --memory writes
      DIR/<node>/memblock.dat, DIR/<node>/<node>_threshs_<pe>_<stage>.dat and
      DIR/runtime_weights/0_<index>_<node>.dat. All files are written, or none.
      """)

  @OptionGroup var source: DesignOptions

  @Option(help: "The folder for memory images; made when it is not there.")
  var memory: String?

  @Option(help: "The FINN dataflow graph to write (.onnx).")
  var finn: String?

  func validate() throws {
    guard memory != nil || finn != nil else {
      throw ValidationError("state --memory DIR or --finn FILE")
    }
  }

  func run() throws {
    try reportingInputErrors {
      try OutputPlace.requireDistinct([("--finn", finn)], inputs: source.files)
      let loaded = try source.load()
      // What cannot be made is found before anything is written.
      let images = try memory.map { _ in
        try reportingFile(source.design) {
          try MemoryImages(loaded.design, parameters: loaded.parameters)
        }
      }
      if let finn { try writeGraph(loaded, to: finn) }
      guard let memory, let images else { return }
      try images.write(to: memory)
      let strangers = images.strangers(in: memory)
      if !strangers.isEmpty {
        writeError(
          "warning: \(memory)/runtime_weights holds \(strangers.count.of("file")) of another export, "
            + "which FINN's driver would load too: \(strangers.listed(atMost: 4))")
      }
      for (node, reason) in images.left.sorted(by: { $0.key < $1.key }) {
        writeError("note: \(node) has no image: \(reason)")
      }
      try printText("\(images.files.count.of("file")) in \(memory)")
    }
  }

  private func writeGraph(_ loaded: LoadedDesign, to path: String) throws {
    let export = FINNExport(loaded)
    let missing = try export.write(to: path)
    let strangers = export.strangers.map { "\($0.name) (\($0.opType))" }
    if !strangers.isEmpty {
      writeError(
        "note: FINN has no such block as \(strangers.listed(atMost: 3)): simrun alone opens the graph; "
          + "for FINN take its own blocks (simrun blocks lists them)")
    }
    if !missing.isEmpty {
      writeError(
        "note: \(missing.count.of("array")) missing (\(missing.listed(atMost: 3))); "
          + "--parameters adds them")
    }
    try printText("\(path): \(loaded.design.nodes.count.of("node"))")
  }
}

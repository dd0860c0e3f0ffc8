import CFST
import Foundation

/// A trace as GTKWave's FST: the signals of a value change dump in a hundredth of its size.
public struct FSTExport {
  private let trace: TraceFile
  private let selection: TraceSelection
  fileprivate let layout: WaveLayout
  private let clock: WaveClock
  /// Bytes of changes that fstapi keeps until it writes a block of them: it goes through them signal by signal, which
  /// takes many times as long where they are more than a processor's caches hold.
  package static let blockSize = 16 << 20

  /// Throws `InputError` where kept values are damaged.
  public init(_ trace: TraceFile, _ selection: TraceSelection) throws {
    self.trace = trace
    self.selection = selection
    layout = try WaveLayout(trace, selection)
    clock = WaveClock(clockMHz: trace.design.clockMHz)
  }

  /// Writes the file; returns what is wrong with the trace.
  ///
  /// Throws `InputError` where `path` cannot be written.
  public func write(to path: String) throws -> InputError? {
    try write(to: path, blockSize: Self.blockSize)
  }

  /// The same in blocks of so many bytes of changes.
  package func write(to path: String, blockSize: Int) throws -> InputError? {
    let place = try OutputPlace(path)
    // Registers the file beside the place, and says why it cannot be made.
    fclose(try place.open())
    // fstapi keeps the names in a second file until it closes the first.
    let names = "\(place.temporaryPath).\(PartialFiles.companion)"
    PartialFiles.add(names)
    // Nothing of that name is of a living process; a link would lead elsewhere.
    unlink(names)
    defer {
      place.discard()
      unlink(names)
      PartialFiles.remove(names)
    }
    guard let file = fstWriterCreate(place.temporaryPath, 1) else { throw place.failure() }
    fstWriterSetPackType(file, FST_WR_PT_LZ4)
    fstWriterSetDate(file, "")
    fstWriterSetVersion(file, "simrun trace")
    fstWriterSetComment(
      file, "ready is 0 exactly while a word waits, into a FIFO while it is full")
    fstWriterSetTimescaleFromString(file, clock.timescale.replacingOccurrences(of: " ", with: ""))
    let handles = declare(in: file)
    var walk = try WaveWalk(trace, layout, selection)
    var size = 0
    walk.run { cycle, changes in
      fstWriterEmitTimeChange(file, clock.time(cycle))
      for change in changes {
        let (handle, width) = handles[change.variable]
        size += width + 6
        if let stream = layout.dataStream(of: change.variable) {
          let wires = layout.values?[layout.streams[stream]]?.wires(change.value)
          fstWriterEmitValueChange(file, handle, wires ?? String(repeating: "x", count: width))
        } else if change.value == WaveWalk.unknown {
          fstWriterEmitValueChange(file, handle, String(repeating: "x", count: width))
        } else if width <= 32 {
          fstWriterEmitValueChange32(file, handle, UInt32(width), UInt32(change.value))
        } else {
          fstWriterEmitValueChange64(file, handle, UInt32(width), UInt64(change.value))
        }
      }
      if size > blockSize {
        fstWriterFlushContext(file)
        size = 0
      }
    }
    fstWriterEmitTimeChange(file, clock.time(walk.end))
    fstWriterClose(file)
    try place.publish()
    return trace.damage ?? walk.damage
  }

  /// Scopes and variables; the handle and the width of each.
  private func declare(in file: UnsafeMutableRawPointer) -> [(fstHandle, Int)] {
    var handles = [(fstHandle, Int)](repeating: (0, 1), count: layout.variables)
    let states = Self.stateTable(file)
    fstWriterSetScope(file, FST_ST_VCD_MODULE, layout.top, nil)
    for scope in layout.scopes {
      fstWriterSetScope(file, FST_ST_VCD_MODULE, scope.name, nil)
      for signal in scope.signals {
        if signal.kind == .state { fstWriterEmitEnumTableRef(file, states) }
        let name =
          signal.kind == .bit ? signal.name : "\(signal.name) [\(signal.width - 1):0]"
        let handle = fstWriterCreateVar(
          file, FST_VT_VCD_WIRE, FST_VD_IMPLICIT, UInt32(signal.width), name,
          handles[signal.variable].0)
        if handles[signal.variable].0 == 0 { handles[signal.variable] = (handle, signal.width) }
      }
      fstWriterSetUpscope(file)
    }
    fstWriterSetUpscope(file)
    return handles
  }

  /// The names of a node's states, which viewers show instead of numbers.
  private static func stateTable(_ file: UnsafeMutableRawPointer) -> fstEnumHandle {
    func copies(_ texts: [String]) -> [UnsafeMutablePointer<CChar>] { texts.map { strdup($0)! } }
    let (names, values) = (copies(["starved", "busy", "blocked"]), copies(["00", "01", "10"]))
    defer { for text in names + values { free(text) } }
    var nameList: [UnsafePointer<CChar>?] = names.map { UnsafePointer($0) }
    var valueList: [UnsafePointer<CChar>?] = values.map { UnsafePointer($0) }
    return fstWriterCreateEnumTable(file, "state", 3, 2, &nameList, &valueList)
  }
}

/// A GTKWave save file for a dump of a trace: a group per node, occupancy as numbers over an analog curve.
public struct GTKWaveFile {
  private let layout: WaveLayout

  /// The signals that the dump of `export` has.
  public init(_ export: FSTExport) { layout = export.layout }

  /// - Parameter dump: the file name of the dump as GTKWave should open it.
  public func text(dump: String) -> String {
    var lines = ["[*] simrun trace", "[dumpfile] \"\(dump)\"", "[timestart] 0", "[sst_width] 240"]
    for scope in layout.scopes {
      // A group, open.
      lines += ["@800200", "-\(scope.name)"]
      for signal in scope.signals {
        let path = "\(layout.top).\(scope.name).\(signal.name)"
        switch signal.kind {
        case .bit: lines += ["@28", path]
        case .state: lines += ["@28", "\(path)[\(signal.width - 1):0]"]
        case .data: lines += ["@22", "\(path)[\(signal.width - 1):0]"]
        case .occupancy:
          let full = "\(path)[\(signal.width - 1):0]"
          // Decimal; then analog in steps with a line of room.
          lines += ["@24", full, "@8024", full, "@20000", "-"]
        }
      }
      lines += ["@1000200", "-\(scope.name)"]
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

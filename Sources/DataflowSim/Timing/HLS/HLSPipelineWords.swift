// The words of one iteration. Mutating throughout, so that the pipeline is not copied for the call.
extension HLSPipeline {
  /// When all words of one iteration are there, but for the rule of one word per cycle; nil while one has
  /// not come.
  @inline(__always) mutating func arrival(of ports: UInt32) -> Cycle? {
    switch ports {
    case 0: return .never
    case 1:
      let input = inputs[0]
      guard input.pointee.available > 0 else {
        input.pointee.readerWaits = true
        return nil
      }
      return input.pointee.arrival(input.pointee.read)
    case 3:
      let (a, b) = (inputs[0], inputs[1])
      guard a.pointee.available > 0, b.pointee.available > 0 else { return arrivalOfAll(ports) }
      return max(
        a.pointee.arrival(a.pointee.read), b.pointee.arrival(b.pointee.read))
    default: return arrivalOfAll(ports)
    }
  }

  private mutating func arrivalOfAll(_ ports: UInt32) -> Cycle? {
    var latest = Cycle.never
    var isKnown = true
    for port in inputs.indices where ports >> port & 1 == 1 {
      let input = inputs[port]
      if input.pointee.available > 0 {
        latest = max(latest, input.pointee.arrival(input.pointee.read))
      } else {
        input.pointee.readerWaits = true
        isKnown = false
      }
    }
    return isKnown ? latest : nil
  }

  @inline(__always) mutating func take(_ ports: UInt32, at t: Cycle) {
    switch ports {
    case 0: return
    case 1: inputs[0].pointee.read(at: t)
    default:
      for port in inputs.indices where ports >> port & 1 == 1 { inputs[port].pointee.read(at: t) }
    }
  }

  /// When there is room for a word in each of the outputs; nil while one has none.
  @inline(__always) mutating func room(for ports: UInt32) -> Cycle? {
    guard ports == 1 else { return roomForAll(ports) }
    if let room = outputs[0].pointee.room { return room }
    outputs[0].pointee.writerWaits = true
    return nil
  }

  private mutating func roomForAll(_ ports: UInt32) -> Cycle? {
    var latest = Cycle.never
    var isKnown = true
    for port in outputs.indices where ports >> port & 1 == 1 {
      if let room = outputs[port].pointee.room {
        latest = max(latest, room)
      } else {
        outputs[port].pointee.writerWaits = true
        isKnown = false
      }
    }
    return isKnown ? latest : nil
  }

  @inline(__always) mutating func put(_ ports: UInt32, at t: Cycle, readySince ready: Cycle) {
    undrained |= ports
    if ports == 1 { return outputs[0].pointee.admit(at: t, readySince: ready) }
    for port in outputs.indices where ports >> port & 1 == 1 {
      outputs[port].pointee.admit(at: t, readySince: ready)
    }
  }

  /// When the last words of these outputs have left their slices; nil while that is not known.
  @inline(__always) mutating func left(_ ports: UInt32, noting: Bool) -> Cycle? {
    guard ports == 1 else { return leftAll(ports, noting: noting) }
    let output = outputs[0]
    guard let left = output.pointee.sliceEmptied else {
      output.pointee.writerWaits = true
      return nil
    }
    if noting { output.pointee.noteWait(left &- output.pointee.lastWrite &- 1) }
    return left
  }

  private mutating func leftAll(_ ports: UInt32, noting: Bool) -> Cycle? {
    var latest = Cycle.never
    var isKnown = true
    for port in outputs.indices where ports >> port & 1 == 1 {
      let output = outputs[port]
      if let left = output.pointee.sliceEmptied {
        latest = max(latest, left)
        if noting { output.pointee.noteWait(left - output.pointee.lastWrite - 1) }
      } else {
        output.pointee.writerWaits = true
        isKnown = false
      }
    }
    return isKnown ? latest : nil
  }
}

/// What hazards ask about an RTL compute core.
package struct DotProductShape {
  /// Slots of a result.
  package let fold: Int
  /// Every slot of the core ends a result, whatever the activation: SF 1, and NF 1 for an MVU.
  package let everySlotEnds: Bool
  package let compute: ComputeSettings

  /// `nil` for anything but an RTL MVAU or VVAU of a released FINN.
  package init?(_ block: any Block) {
    guard block.isRTL, let block = block as? any ComputeBlock, block.compute.lockedCore == nil
    else {
      return nil
    }
    fold = block.synapseFold
    everySlotEnds = fold == 1 && block.replays == 1
    compute = block.compute
  }

  package var losesProducts: Bool { compute.computeCore != nil && compute.losesFrozenProducts }
}

extension ComputeBlock {
  package var hazardConditions: [HazardCondition] {
    compute.lockedCore?.hazardConditions ?? DotProductShape(self)?.hazardConditions ?? []
  }
}

extension DotProductShape {
  fileprivate var hazardConditions: [HazardCondition] {
    var list: [HazardCondition] = []
    if losesProducts, let name = compute.computeCore {
      list.append(
        HazardCondition(
          .frozenZero, .byTime,
          "core \(name.rawValue): needs back-pressure on the result right after a pair whose "
            + "successor is late"))
    }
    if compute.weightStream == .memstream, everySlotEnds {
      list.append(
        HazardCondition(
          .startUpWords, .byTime,
          "every slot ends a result: needs an activation in cycle 0 or 1"))
    }
    if compute.weightStream == .external {
      list.append(
        HazardCondition(
          .weightStallLast, .byTime,
          "weights from a stream: needs the last weight of a row to be late"))
    }
    return list
  }
}

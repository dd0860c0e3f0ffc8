/// What a core did that bits depend on.
public final class CoreLog {
  /// Set by blocks that tell what came out word by word (`put`) rather than in slots.
  package var tellsWords = false
  /// Such a block went on putting out words that nothing asked for, and would have done so for ever.
  package internal(set) var isEndless = false
  /// Every word that came out of such a block.
  public private(set) var words: [CoreResult] = []
  /// Words wrong, lost or surplus for a hazard of such a block.
  public private(set) var strikes: [Hazard: Int] = [:]
  /// For each result that came out, how many slots had fired by then. Result k is the sum of the
  /// slots since result k−1: a whole group if all is well, fewer or none after a spurious `last`.
  public private(set) var results: [Int] = []
  /// Slots whose product was lost in a freeze.
  public private(set) var lost: [Int] = []
  /// Results that came out.
  public private(set) var resultCount = 0
  /// Results pushed out by a group's last activation while it waited for its weight.
  public internal(set) var spurious = 0
  /// Results with at least one product missing.
  public private(set) var damagedResults = 0

  let keepsSlots: Bool
  private var slotsAtLastResult = -1
  private var firstResultWithThem = -1
  private var lastDamaged = -1

  /// - Parameter keepsSlots: whether `results` and `lost` are kept, or only counted.
  public init(keepsSlots: Bool = true) { self.keepsSlots = keepsSlots }

  func put(_ word: CoreResult) {
    if keepsSlots { words.append(word) }
  }

  func strike(_ hazard: Hazard, words count: Int = 1) { strikes[hazard, default: 0] += count }

  func result(after slots: Int) {
    if slots != slotsAtLastResult {
      slotsAtLastResult = slots
      firstResultWithThem = resultCount
    }
    resultCount += 1
    if keepsSlots { results.append(slots) }
  }

  /// The latest slot lost its product: it belongs to the result that is out already with that many
  /// slots, else to the next one.
  func loseProduct(ofSlot slot: Int) {
    let result = slotsAtLastResult == slot + 1 ? firstResultWithThem : resultCount
    if result != lastDamaged { damagedResults += 1 }
    lastDamaged = result
    if keepsSlots { lost.append(slot) }
  }
}

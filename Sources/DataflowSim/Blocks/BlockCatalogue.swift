/// Every block simrun knows. One line per block.
public enum BlockCatalogue {
  public static let blocks: [any Block.Type] = []
}

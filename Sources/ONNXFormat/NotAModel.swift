import Foundation

/// What a file is that was to be a model and is none.
public enum NotAModel {
  /// What to do about it, where its first bytes tell; nil: they do not.
  public static func hint(_ data: Data) -> String? {
    let head = String(decoding: data.prefix(64), as: UTF8.self)
    if head.hasPrefix("version https://git-lfs") {
      return
        "this is the pointer of Git LFS that stands for it in a repository; git lfs pull fetches the model"
    }
    if head.drop(while: \.isWhitespace).hasPrefix("<") {
      return
        "this is XML or HTML; reports of HLS (csynth.xml) are read with --hls-build DIR, and a page saved in "
        + "place of a model has to be downloaded again"
    }
    return nil
  }
}

/// Geometry of a sliding window in input words (a word is SIMD channels of one pixel).
///
/// Everything is in word indices within a frame, `fold` = C/SIMD words per pixel.
struct WindowGeometry {
  let kernelH: Int, kernelW: Int
  let strideH: Int, strideW: Int
  let dilationH: Int, dilationW: Int
  let inputH: Int, inputW: Int
  let outputH: Int, outputW: Int
  let fold: Int
  /// Output order (fold, kh, kw) instead of (kh, kw, fold) within a window.
  let isDepthwise: Bool

  /// Words of an input frame.
  var inputWords: Int { inputH * inputW * fold }
  /// Windows of a frame.
  var windows: Int { outputH * outputW }
  /// First to last word of one window, inclusive.
  var span: Int { ((kernelH - 1) * dilationH * inputW + (kernelW - 1) * dilationW + 1) * fold }
  /// What the block keeps: words of the input, and the places of a window's elements among them.
  var heldWords: Int { bufferDepth + kernelH * kernelW * fold }
  /// Words of the cyclic buffer (default style).
  var bufferDepth: Int {
    span + max(0, (strideW - 1 - kernelH * kernelW) * fold)
      + max(0, ((strideH - 1) * inputW - kernelH * kernelW) * fold)
  }

  /// First word of window `v` (row-major).
  func start(_ v: Int) -> Int {
    (v / outputW * strideH * inputW + v % outputW * strideW) * fold
  }

  /// The words of a window in output order, relative to its start.
  var offsets: [Int] {
    let pixels = (0..<kernelH).flatMap { a in
      (0..<kernelW).map { b in (a * dilationH * inputW + b * dilationW) * fold }
    }
    return isDepthwise
      ? (0..<fold).flatMap { c in pixels.map { $0 + c } }
      : pixels.flatMap { p in (0..<fold).map { p + $0 } }
  }
}

import SimModel

/// How a window moves over one or two spatial axes: kernel, strides, dilations and padding.
///
/// One axis is treated as two, the first of size 1.
public struct WindowRule: Sendable {
  public var kernel: [Int]?
  /// Per spatial axis; nil: 1.
  public var strides: [Int]?
  public var dilations: [Int]?
  /// Begin of every axis, then end of every axis.
  public var pads: [Int]?
  public var autoPad: String
  public var isCeiling: Bool

  /// What `node` states. Throws `InputError` for attributes of the wrong type.
  public init(_ node: ModelNode) throws {
    kernel = try node.ints("kernel_shape")
    strides = try node.ints("strides")
    dilations = try node.ints("dilations")
    pads = try node.ints("pads")
    autoPad = try node.string("auto_pad") ?? "NOTSET"
    isCeiling = try node.int("ceil_mode", default: 0) != 0
    for (name, list) in [("kernel_shape", kernel), ("strides", strides), ("dilations", dilations)] {
      guard list?.allSatisfy({ (1...1 << 20).contains($0) }) ?? true else {
        throw node.wrong(name, "positive")
      }
    }
    guard pads?.allSatisfy({ (0...1 << 20).contains($0) }) ?? true else {
      throw node.wrong("pads", "zero or more")
    }
    guard ["NOTSET", "", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(autoPad) else {
      throw node.wrong("auto_pad", "one of NOTSET, VALID, SAME_UPPER, SAME_LOWER")
    }
  }

  /// A value for each axis. Where all are 1, some exporters write one for both.
  private static func spread(_ stated: [Int]?, _ rank: Int) -> [Int] {
    let ones = Array(repeating: 1, count: rank)
    return stated.map { $0.allSatisfy { $0 == 1 } ? ones : $0 } ?? ones
  }

  /// The window over an input of spatial shape `size`, for a kernel of shape `kernel`.
  public func window(over size: [Int], kernel stated: [Int]? = nil) throws -> SpatialWindow {
    guard let kernel = stated ?? kernel else { throw InputError("states no kernel_shape") }
    let rank = kernel.count
    guard (1...2).contains(rank), size.count == rank else {
      throw InputError(
        "a kernel of \(rank) axes over data of \(size.count) spatial axes is not supported",
        hint: "one or two spatial axes are; was the data meant to be (N, C, H, W)?")
    }
    let strides = Self.spread(strides, rank)
    let dilations = Self.spread(dilations, rank)
    let pads = pads ?? Array(repeating: 0, count: 2 * rank)
    guard strides.count == rank, dilations.count == rank, pads.count == 2 * rank else {
      throw InputError(
        "kernel_shape, strides, dilations and pads do not have the same axes",
        hint: "\(rank) axes: \(rank) strides and dilations, \(2 * rank) pads; these are "
          + "\(strides), \(dilations) and \(pads)")
    }
    var axes = (0..<rank).map { i in
      WindowAxis(
        size: size[i], kernel: kernel[i], stride: strides[i], dilation: dilations[i],
        begin: pads[i], end: pads[rank + i])
    }
    for i in axes.indices { try axes[i].settle(autoPad, isCeiling: isCeiling) }
    if rank == 1 { axes.insert(.single, at: 0) }
    return SpatialWindow(rows: axes[0], columns: axes[1], rank: rank)
  }
}

/// A window along one axis.
public struct WindowAxis: Sendable {
  /// Elements of the axis, and of the kernel.
  public var size: Int
  public var kernel: Int
  /// Elements from window to window, and between kernel elements.
  public var stride: Int
  public var dilation: Int
  /// Padding in front and behind.
  public var begin: Int
  public var end: Int
  /// Positions of the window.
  public var count = 1

  static let single = WindowAxis(size: 1, kernel: 1, stride: 1, dilation: 1, begin: 0, end: 0)

  /// From the first to the last cell of a window.
  public var extent: Int { (kernel - 1) * dilation + 1 }

  mutating func settle(_ autoPad: String, isCeiling: Bool) throws {
    if autoPad == "VALID" { (begin, end) = (0, 0) }
    if autoPad.hasPrefix("SAME") {
      let outputs = (size + stride - 1) / stride
      let total = max(0, (outputs - 1) * stride + extent - size)
      begin = autoPad == "SAME_UPPER" ? total / 2 : total - total / 2
      end = total - begin
    }
    let room = size + begin + end - extent
    guard room >= 0 else {
      throw InputError("a window of \(extent) does not fit \(size) + \(begin) + \(end) of padding")
    }
    count = (isCeiling ? (room + stride - 1) / stride : room / stride) + 1
    // A window that would start in the end padding is dropped.
    if isCeiling, (count - 1) * stride >= size + begin { count -= 1 }
  }

  /// The cell under tap `tap` of window `index`; negative or beyond `size` in the padding.
  @inline(__always)
  func cell(_ index: Int, _ tap: Int) -> Int { index * stride - begin + tap * dilation }
}

/// A window over two spatial axes.
public struct SpatialWindow: Sendable {
  public var rows: WindowAxis
  /// The second axis.
  public var columns: WindowAxis
  /// Spatial axes the model has: 1 or 2.
  public var rank: Int

  var outputShape: [Int] { rank == 1 ? [columns.count] : [rows.count, columns.count] }
  var outputCount: Int { rows.count * columns.count }
  var inputCount: Int { rows.size * columns.size }
  var taps: Int { rows.kernel * columns.kernel }

  /// For every output position and tap the pixel under it, −1 in the padding; taps fastest.
  func sources() throws -> [Int32] {
    let count = try Extent.count([outputCount, taps])
    return [Int32](unsafeUninitializedCapacity: count) { out, filled in
      for y in 0..<rows.count {
        for x in 0..<columns.count {
          for i in 0..<rows.kernel {
            let row = rows.cell(y, i)
            for j in 0..<columns.kernel {
              let column = columns.cell(x, j)
              let inside = row >= 0 && row < rows.size && column >= 0 && column < columns.size
              out[filled] = inside ? Int32(row * columns.size + column) : -1
              filled += 1
            }
          }
        }
      }
    }
  }
}

/// Pictures between the two orders of their axes.
enum ChannelOrder {
  /// `(channels, pixels)` to `(pixels, channels)`.
  static func last<T>(_ x: ArraySlice<T>, channels: Int, pixels: Int) -> [T] {
    transposed(x, rows: channels, columns: pixels)
  }

  /// `(pixels, channels)` to `(channels, pixels)`.
  static func first<T>(_ x: ArraySlice<T>, channels: Int, pixels: Int) -> [T] {
    transposed(x, rows: pixels, columns: channels)
  }

  private static func transposed<T>(_ x: ArraySlice<T>, rows: Int, columns: Int) -> [T] {
    if rows == 1 || columns == 1 { return Array(x) }
    return [T](unsafeUninitializedCapacity: x.count) { out, filled in
      x.withUnsafeBufferPointer { x in
        for c in 0..<columns {
          let target = out.baseAddress! + c * rows
          for r in 0..<rows { (target + r).initialize(to: x[r * columns + c]) }
        }
      }
      filled = x.count
    }
  }
}

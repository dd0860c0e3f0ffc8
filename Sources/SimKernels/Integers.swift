/// An array of integers kept as narrowly as their format allows.
///
/// This is what flows between layers. The order of elements is the tensor's own, last axis fastest;
/// one-bit elements are packed per row of the last axis (`BitMatrix`) and hold stored codes, so
/// BIPOLAR −1 is a 0 bit.
public struct Integers: Sendable, Equatable {
  /// Elements in the narrowest type that holds them.
  public enum Storage: Sendable, Equatable {
    case bits(BitMatrix)
    case int8([Int8])
    case uint8([UInt8])
    case int32([Int32])
    case int64([Int64])
    case wide(WideIntegers)
  }

  /// The type of the elements, and where they lie.
  public let format: ElementFormat
  public let storage: Storage

  /// `storage` must be what `format.storage` names, with values inside the format's range.
  public init(_ storage: Storage, format: ElementFormat) {
    self.storage = storage
    self.format = format
  }

  /// How many elements there are.
  public var count: Int {
    switch storage {
    case .bits(let m): m.count
    case .int8(let v): v.count
    case .uint8(let v): v.count
    case .int32(let v): v.count
    case .int64(let v): v.count
    case .wide(let v): v.count
    }
  }
}

extension Integers {
  /// `values` wrapped to `format`, hardware's way. `rowLength` is the last axis.
  public init(_ values: [Int64], rowLength: Int, format: ElementFormat) {
    let storage: Storage =
      switch format.storage {
      case .bits:
        .bits(BitMatrix(columns: rowLength, codes: values.map { UInt8(format.code(Int($0))) }))
      case .int8: .int8(values.map { Int8(truncatingIfNeeded: format.wrap(Int($0))) })
      case .uint8: .uint8(values.map { UInt8(truncatingIfNeeded: format.wrap(Int($0))) })
      case .int32: .int32(values.map { Int32(truncatingIfNeeded: format.wrap(Int($0))) })
      case .int64: .int64(values.map { Int64(format.wrap(Int($0))) })
      case .wide:
        .wide(
          WideIntegers(values.map(Int.init), limbs: Self.limbs(for: format)).wrapped(to: format))
      }
    self.init(storage, format: format)
  }

  /// `values` wrapped to `format`.
  public init(_ values: [Int32], rowLength: Int, format: ElementFormat) {
    let f = format
    let storage: Storage =
      switch format.storage {
      case .bits:
        .bits(BitMatrix(columns: rowLength, codes: values.map { UInt8(f.code(Int($0))) }))
      case .int8:
        f.bits == 8
          ? .int8(values.map { Int8(truncatingIfNeeded: $0) })
          : .int8(values.map { Int8(truncatingIfNeeded: f.wrap(Int($0))) })
      case .uint8:
        f.bits == 8
          ? .uint8(values.map { UInt8(truncatingIfNeeded: $0) })
          : .uint8(values.map { UInt8(truncatingIfNeeded: f.wrap(Int($0))) })
      case .int32: .int32(values.map { Int32(truncatingIfNeeded: f.wrap(Int($0))) })
      case .int64: .int64(values.map { Int64(f.wrap(Int($0))) })
      case .wide:
        .wide(WideIntegers(values.map(Int.init), limbs: Self.limbs(for: format)).wrapped(to: f))
      }
    self.init(storage, format: format)
  }

  /// Elements in rows of `rowLength`; each must fit `format`.
  public init(_ values: [Int], rowLength: Int, format: ElementFormat) {
    self.init(values.map(Int64.init), rowLength: rowLength, format: format)
  }

  /// `values` wrapped to `format`.
  public init(_ values: WideIntegers, rowLength: Int, format: ElementFormat) {
    if format.storage == .wide {
      let resized = values.resized(limbs: max(values.limbs, Self.limbs(for: format)))
      let wrapped = resized.wrapped(to: format).resized(limbs: Self.limbs(for: format))
      self.init(.wide(wrapped), format: format)
    } else {
      let narrow = values.wrapped(to: format).resized(limbs: 1)
      self.init(
        narrow.storage.map { Int64(Int(bitPattern: $0)) }, rowLength: rowLength, format: format)
    }
  }

  /// Limbs of wide storage: room for the sign of unsigned values too.
  static func limbs(for format: ElementFormat) -> Int {
    WideIntegers.limbs(bits: format.bits + (format.encoding == .unsigned ? 1 : 0))
  }

  /// Values as 32-bit integers; `nil` when the storage is wider.
  public var int32s: [Int32]? {
    switch storage {
    case .bits(let m):
      let codes = m.codes
      return format.encoding == .bipolar
        ? codes.map { Int32($0) * 2 - 1 } : codes.map { Int32($0) }
    case .int8(let v): return v.map { Int32($0) }
    case .uint8(let v): return v.map { Int32($0) }
    case .int32(let v): return v
    case .int64, .wide: return nil
    }
  }

  /// Values as 64-bit integers; `nil` when the format is wider.
  public var int64s: [Int64]? {
    switch storage {
    case .int64(let v): v
    case .wide: nil
    default: int32s?.map { Int64($0) }
    }
  }

  /// Values with `limbs` limbs each, at least enough for the format.
  public func wide(limbs: Int) -> WideIntegers {
    if case .wide(let v) = storage { return v.resized(limbs: limbs) }
    return WideIntegers((int64s ?? []).map { Int($0) }, limbs: limbs)
  }

  /// The value of element `index`; `nil` when it does not fit 64 bits.
  public func int(_ index: Int) -> Int? {
    switch storage {
    case .bits(let m): format.value(ofCode: m[index] ? 1 : 0)
    case .int8(let v): Int(v[index])
    case .uint8(let v): Int(v[index])
    case .int32(let v): Int(v[index])
    case .int64(let v): Int(v[index])
    case .wide(let v): v.int(index)
    }
  }

  /// The value of element `index` as a decimal number.
  public func text(_ index: Int) -> String {
    if case .wide(let v) = storage { return v.description(index) }
    return int(index).map(String.init) ?? ""
  }

  /// The same elements as rows of another length; only one-bit storage changes.
  public func reshaped(rowLength: Int) -> Integers {
    guard case .bits(let m) = storage else { return self }
    return Integers(.bits(m.reshaped(columns: rowLength)), format: format)
  }

  /// The same values in another format, wrapped to it.
  public func converted(to new: ElementFormat, rowLength: Int) -> Integers {
    if new == format { return self }
    if let v = int32s { return Integers(v, rowLength: rowLength, format: new) }
    if let v = int64s { return Integers(v, rowLength: rowLength, format: new) }
    if case .wide(let v) = storage { return Integers(v, rowLength: rowLength, format: new) }
    return self
  }

  /// The stored bit patterns read as another format of the same width (BIPOLAR as BINARY, …).
  public func reinterpreted(as new: ElementFormat, rowLength: Int) -> Integers {
    if case .bits = storage, new.storage == .bits { return Integers(storage, format: new) }
    if let v = int64s {
      let codes = v.map { Int64(new.value(ofCode: format.code(Int($0)))) }
      return Integers(codes, rowLength: rowLength, format: new)
    }
    return converted(to: new, rowLength: rowLength)
  }
}

import CKernels

/// Has the processor bring the memory at an address near while it does something else. Any address will do.
@inlinable @inline(__always) public func prefetch(_ address: UnsafeRawPointer) {
  ck_prefetch(address)
}

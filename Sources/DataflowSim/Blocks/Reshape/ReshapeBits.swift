import SimKernels

extension Reshape: BitBlock {
  package func bits(_ setup: BitSetup) throws -> any BlockBits {
    try setup.requireCarried(inputType, "elements")
    return PassThroughBits()
  }
}

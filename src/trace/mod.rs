//! Events, orders, moments: the contract between a lab and everything that looks at it.

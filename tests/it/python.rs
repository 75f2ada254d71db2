//! Tests of python.

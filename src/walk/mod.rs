//! Where a request stopped: its way through the layers, step by step, from the signals that show it.

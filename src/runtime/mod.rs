//! Threads, channels, terminal, clock and operating-system signals around the terminal screens.

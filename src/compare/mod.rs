//! A failing request beside healthy ones: what differs, and how well each difference separates failed from healthy.

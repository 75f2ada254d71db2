//! Where things lie on a ladder, whoever draws it: the window, a report, a terminal. Pure.

//! Which controls stand in the bar, and which in its menu of more: by what matters now.
//!
//! In: how wide each is, in the order they stand, with its rank. Out: which stay. Pure.

/// Between two controls.
pub const GAP: f32 = 8.0;

/// One control: 0 is the last that would go, and its width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    pub rank: usize,
    pub width: f32,
}

/// Which stay where there is so much room. When one must go, there must be room for the menu,
/// `more`, too; and whatever ranks after one that went goes with it, so that the bar does not
/// shuffle while the window is made larger.
pub fn staying(sizes: &[Size], room: f32, more: f32) -> Vec<bool> {
    let whole: f32 = sizes.iter().map(|size| size.width + GAP).sum();
    if whole <= room {
        return vec![true; sizes.len()];
    }
    let mut by_rank: Vec<usize> = (0..sizes.len()).collect();
    by_rank.sort_by_key(|index| sizes[*index].rank);
    let mut left = room - more - GAP;
    let mut stays = vec![false; sizes.len()];
    for index in by_rank {
        left -= sizes[index].width + GAP;
        if left < 0.0 {
            break;
        }
        stays[index] = true;
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_least_goes_first_and_the_menu_needs_room_too() {
        let sizes = [(2, 50.0), (0, 60.0), (1, 40.0)].map(|(rank, width)| Size { rank, width });
        for (room, stays) in [
            (174.0, [true, true, true]),
            (173.0, [false, true, true]),
            (154.0, [false, true, true]),
            (153.0, [false, true, false]),
            (90.0, [false, false, false]),
        ] {
            assert_eq!(staying(&sizes, room, 30.0), stays, "{room}");
        }
    }
}

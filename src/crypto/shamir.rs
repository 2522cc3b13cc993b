//! Shamir's scheme: splits a data key into shares; any `threshold` of them restore it, and fewer reveal nothing.
//!
//! Each byte of the data key is the value at 0 of a random polynomial of its own over GF(2^8), the field of AES
//! (x^8 + x^4 + x^3 + x + 1). A share is the values of all of them at its number, and then the number.

use zeroize::Zeroizing;

use crate::crypto::secret::{DATA_KEY_LEN, DataKey, KEY_SHARE_LEN, KeyShare};

/// Maximum number of shares of a data key: the numbers other than 0.
pub const MAX_SHARES: usize = 255;

/// Splits `data_key` into `count` shares, numbered from 1, any `threshold` of which give it back.
///
/// Returns `None` unless 2 ≤ `threshold` ≤ `count` ≤ 255.
///
/// # Panics
/// Never: there are at most 255 shares.
#[must_use]
pub fn split(data_key: &DataKey, count: usize, threshold: usize) -> Option<Vec<KeyShare>> {
    if threshold < 2 || threshold > count || count > MAX_SHARES {
        return None;
    }
    // Of each byte of the data key, the coefficients from the highest to that of x. The constant is the byte itself.
    let mut coefficients = Zeroizing::new(vec![0; DATA_KEY_LEN * (threshold - 1)]);
    super::fill_random(&mut coefficients);
    let shares = (1..=count).map(|number| {
        let number = u8::try_from(number).expect("there are at most 255 shares");
        let mut share = Zeroizing::new([0; KEY_SHARE_LEN]);
        for ((at, &byte), coefficients) in
            data_key.expose().iter().enumerate().zip(coefficients.chunks_exact(threshold - 1))
        {
            let higher = coefficients.iter().fold(0, |sum, &coefficient| multiply(sum, number) ^ coefficient);
            share[at] = multiply(higher, number) ^ byte;
        }
        share[DATA_KEY_LEN] = number;
        KeyShare::from_slice(&share[..]).expect("it has 33 bytes and a number that is not 0")
    });
    Some(shares.collect())
}

/// Puts shares together. Whether they belong together, and are enough, only the use of the result can tell.
///
/// Returns `None` if there are fewer than two, or two have the same number.
#[must_use]
pub fn combine(shares: &[KeyShare]) -> Option<DataKey> {
    let is_repeated =
        |(at, share): (usize, &KeyShare)| shares[..at].iter().any(|other| other.number() == share.number());
    if shares.len() < 2 || shares.iter().enumerate().any(is_repeated) {
        return None;
    }
    let mut data_key = Zeroizing::new([0; DATA_KEY_LEN]);
    for share in shares {
        // The value at 0 of the polynomial that is 1 at this share's number and 0 at the others'.
        let weight = shares.iter().filter(|other| other.number() != share.number()).fold(1, |weight, other| {
            multiply(weight, multiply(other.number(), inverse(other.number() ^ share.number())))
        });
        for (byte, &value) in data_key.iter_mut().zip(share.expose()) {
            *byte ^= multiply(weight, value);
        }
    }
    DataKey::from_slice(&data_key[..])
}

/// The product in GF(2^8), in the same time for all factors: no branch and no table depends on them.
fn multiply(left: u8, right: u8) -> u8 {
    (0..8).rev().fold(0, |product: u8, bit| {
        let doubled = (product << 1) ^ (0x1b & 0_u8.wrapping_sub(product >> 7));
        doubled ^ (left & 0_u8.wrapping_sub(right >> bit & 1))
    })
}

/// The number that `value` is to be multiplied with to give 1: `value` to the power of 254. 0 for 0.
fn inverse(value: u8) -> u8 {
    // 254 is 0b1111_1110: the product of the squares from the second to the eighth.
    let mut square = value;
    (0..7).fold(1, |product, _| {
        square = multiply(square, square);
        multiply(product, square)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_number_but_zero_has_an_inverse() {
        for value in 1..=255 {
            assert_eq!(multiply(value, inverse(value)), 1, "{value}");
        }
        assert_eq!(inverse(0), 0);
    }

    #[test]
    fn products_are_those_of_the_field_of_aes() {
        // Examples of FIPS 197, sections 4.2 and 4.2.1.
        assert_eq!(multiply(0x57, 0x83), 0xc1);
        assert_eq!(multiply(0x57, 0x13), 0xfe);
        assert_eq!(multiply(0x57, 0x02), 0xae);
        assert_eq!(multiply(0x57, 0x10), 0x07);
    }

    #[test]
    fn shares_that_another_program_made_are_put_together() {
        // The line through (1, 0x57) and (2, 0xae) goes through 0 at 0: it is 0x57 · x.
        let share = |value: u8, number: u8| {
            let mut bytes = [value; KEY_SHARE_LEN];
            bytes[DATA_KEY_LEN] = number;
            KeyShare::from_slice(&bytes).unwrap()
        };
        assert_eq!(combine(&[share(0x57, 1), share(0xae, 2)]).unwrap().expose(), &[0; DATA_KEY_LEN]);
        assert_eq!(combine(&[share(0x58, 1), share(0xa1, 2)]).unwrap().expose(), &[0x0f; DATA_KEY_LEN]);
    }

    #[test]
    fn shares_of_one_number_and_single_shares_are_not_put_together() {
        let shares = split(&DataKey::generate(), 2, 2).unwrap();
        assert!(combine(&shares[..1]).is_none());
        let again = KeyShare::from_slice(shares[0].expose()).unwrap();
        let first = KeyShare::from_slice(shares[0].expose()).unwrap();
        assert!(combine(&[first, again]).is_none());
    }

    #[test]
    fn a_threshold_that_cannot_be_is_refused() {
        for (count, threshold) in [(0, 0), (1, 1), (2, 0), (2, 1), (2, 3), (256, 2)] {
            assert!(split(&DataKey::generate(), count, threshold).is_none(), "{threshold} of {count}");
        }
        assert_eq!(split(&DataKey::generate(), MAX_SHARES, MAX_SHARES).unwrap().len(), MAX_SHARES);
    }

    proptest! {
        #[test]
        fn any_shares_as_many_as_the_threshold_give_the_data_key_and_fewer_do_not(
            bytes in any::<[u8; DATA_KEY_LEN]>(),
            (count, threshold) in (2_usize..9).prop_flat_map(|count| (Just(count), 2..=count)),
            seed in any::<u64>(),
        ) {
            let data_key = DataKey::from_slice(&bytes).unwrap();
            let mut shares = split(&data_key, count, threshold).unwrap();
            // Any order, by a seed.
            shares.sort_by_key(|share| seed.rotate_left(u32::from(share.number()) * 7) ^ u64::from(share.number()));
            shares.truncate(threshold);
            prop_assert!(combine(&shares).unwrap().expose() == &bytes);
            shares.pop();
            if let Some(other) = combine(&shares) {
                prop_assert!(other.expose() != &bytes);
            }
        }

        #[test]
        fn more_shares_than_needed_give_the_same(bytes in any::<[u8; DATA_KEY_LEN]>()) {
            let data_key = DataKey::from_slice(&bytes).unwrap();
            let shares = split(&data_key, 5, 3).unwrap();
            prop_assert!(combine(&shares).unwrap().expose() == &bytes);
        }
    }
}

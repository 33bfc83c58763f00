//! The last digits: prices and values of the basis, corrected by residuals that are summed twice as precisely.
//!
//! Certificates lose what prices lack in digits, so two rounds of refinement are worth their microseconds (Wilkinson 1963).

use crate::solve::simplex::Simplex;

/// Rounds of refinement.
const ROUNDS: usize = 2;

/// A sum with the error that it has made so far (Ogita, Rump, Oishi 2005).
#[derive(Debug, Clone, Copy, Default)]
struct Precise {
    sum: f64,
    error: f64,
}

impl Precise {
    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let part = sum - self.sum;
        self.error += (self.sum - (sum - part)) + (value - part);
        self.sum = sum;
    }

    fn add_product(&mut self, one: f64, other: f64) {
        let product = one * other;
        self.error += one.mul_add(other, -product);
        self.add(product);
    }

    fn value(self) -> f64 {
        self.sum + self.error
    }
}

impl Simplex {
    /// Works out prices at the true costs, and values, as precisely as floats can say.
    pub(super) fn refine(&mut self) {
        let costs: Vec<f64> = self.head.iter().map(|variable| self.cost[*variable]).collect();
        let mut prices = costs.clone();
        self.factor.solve_transposed(&mut prices);
        for _ in 0..ROUNDS {
            let mut rest: Vec<f64> = (0..costs.len())
                .map(|position| {
                    let mut sum = Precise::default();
                    sum.add(costs[position]);
                    self.each_entry(self.head[position], |row, value| sum.add_product(-prices[row], value));
                    sum.value()
                })
                .collect();
            self.factor.solve_transposed(&mut rest);
            prices.iter_mut().zip(&rest).for_each(|(price, rest)| *price += rest);
        }
        self.prices = prices;
        for _ in 0..ROUNDS {
            let mut rest = vec![Precise::default(); self.rows.len()];
            for variable in 0..self.stand.len() {
                let value = self.value_of(variable);
                if value != 0.0 {
                    self.each_entry(variable, |row, entry| rest[row].add_product(-entry, value));
                }
            }
            let mut rest: Vec<f64> = rest.into_iter().map(Precise::value).collect();
            self.factor.solve(&mut rest);
            self.values.iter_mut().zip(&rest).for_each(|(value, rest)| *value += rest);
        }
    }
}

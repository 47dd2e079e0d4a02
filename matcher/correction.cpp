#include "matcher/correction.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace stillwatch::matcher {

namespace {

constexpr int reach = TileShifts::reach;
constexpr int side = 2 * reach + 1;
// Worth a second look: clearly more than where the features said, and so much that it may come to a
// candidate.
constexpr double least_evidence = 25;
constexpr double least_gain = 1.1;

// A shift of the grid's centre, in cells, and what is added to it for each cell to the right and downwards.
struct Shift {
    std::array<double, 6> a{}; // x = a[0] + a[1] X + a[2] Y, y = a[3] + a[4] X + a[5] Y
};

class Search {
public:
    Search(const StoredSignGrid& reference, const SignGrid& found, bool inverted,
           const std::vector<bool>& ignored)
        : half_width_(reference.tile_columns * SignGrid::tile_cells / 2.0),
          half_height_(reference.tile_rows * SignGrid::tile_cells / 2.0)
    {
        for (int y = 0; y < reference.tile_rows; ++y)
            for (int x = 0; x < reference.tile_columns; ++x) {
                const auto tile = static_cast<std::size_t>(y * reference.tile_columns + x);
                if (!ignored.empty() && ignored[tile]) continue;
                const auto shifts = shifts_of(reference, found, x, y, inverted);
                if (std::ranges::max(shifts.evidence) <= 0) continue;
                constexpr double middle = SignGrid::tile_cells / 2.0;
                tiles_.push_back({x * SignGrid::tile_cells + middle - half_width_,
                                  y * SignGrid::tile_cells + middle - half_height_, shifts});
            }
    }

    double evidence_at(const Shift& shift) const
    {
        double sum = 0;
        const auto& a = shift.a;
        for (const auto& tile : tiles_) {
            const int x = static_cast<int>(std::lround(a[0] + a[1] * tile.x + a[2] * tile.y));
            const int y = static_cast<int>(std::lround(a[3] + a[4] * tile.x + a[5] * tile.y));
            if (std::abs(x) > reach || std::abs(y) > reach) continue;
            sum += tile.shifts.evidence[static_cast<std::size_t>((y + reach) * side + x + reach)];
        }
        return sum;
    }

    // Shift, scale and turn on a coarse grid; then each of the six numbers in ever smaller steps.
    Shift best() const
    {
        const double longer = std::max(half_width_, half_height_);
        Shift best;
        double most = evidence_at(best);
        const auto take = [&](const Shift& shift) {
            const double evidence = evidence_at(shift);
            if (evidence <= most) return false;
            most = evidence;
            best = shift;
            return true;
        };
        for (int scale = -reach; scale <= reach; ++scale)
            for (int turn = -reach; turn <= reach; ++turn)
                for (int y = -reach; y <= reach; ++y)
                    for (int x = -reach; x <= reach; ++x) {
                        const double s = scale / longer;
                        const double t = turn / longer;
                        const Shift shift{{static_cast<double>(x), s, -t, static_cast<double>(y), t, s}};
                        (void)take(shift);
                    }
        for (const double step : {1.0, 0.5, 0.25}) {
            const std::array<double, 6> steps{step, step / longer, step / longer,
                                              step, step / longer, step / longer};
            for (bool is_better = true; is_better;) {
                is_better = false;
                for (std::size_t i = 0; i < steps.size(); ++i)
                    for (const double sign : {-1.0, 1.0}) {
                        auto shift = best;
                        shift.a[i] += sign * steps[i];
                        is_better |= take(shift);
                    }
            }
        }
        return best;
    }

    // The same in the unit square.
    Affine unit(const Shift& shift) const
    {
        const double w = 2 * half_width_;
        const double h = 2 * half_height_;
        const auto& a = shift.a;
        return {{1 + a[1], a[2] * h / w, (a[0] - a[1] * half_width_ - a[2] * half_height_) / w, a[4] * w / h,
                 1 + a[5], (a[3] - a[4] * half_width_ - a[5] * half_height_) / h}};
    }

private:
    struct Tile {
        double x, y; // of its centre, cells from the grid's
        TileShifts shifts;
    };
    double half_width_;
    double half_height_;
    std::vector<Tile> tiles_;
};

} // namespace

std::optional<Correction> correction_of(const StoredSignGrid& reference, const SignGrid& found, bool inverted,
                                        const std::vector<bool>& ignored)
{
    const Search search(reference, found, inverted, ignored);
    const auto best = search.best();
    const double evidence = search.evidence_at(best);
    if (evidence < least_evidence || evidence < least_gain * search.evidence_at({})) return std::nullopt;
    return Correction{search.unit(best), evidence};
}

} // namespace stillwatch::matcher

#include "matcher/strip_order.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <span>

namespace stillwatch::matcher {

namespace {

constexpr int cells = SignGrid::tile_cells;

// Numbers of strips that are tried; a multiple finds as well what was cut into fewer.
constexpr std::array numbers{4, 5, 6, 7, 8, 9, 10, 12, 16};
constexpr double least_strip_cells = 3.5;
// What is left over when a side is divided is mostly cut off, at most this share.
constexpr double most_left_over = 0.06;
constexpr double most_longer = 1.03; // rounding of working frames
// A cut falls between cells, and what is left over moves the last strips: so many half cells are tried.
constexpr int most_half_cells = 2;
constexpr int least_bits = 12;         // of a block; fewer decide nothing
constexpr double least_inside = 0.75;  // of a block's cells
constexpr double least_agreeing = 0.5; // of a strip's blocks
constexpr double most_disagreeing = 0.25;
constexpr double least_of_strip = 5; // evidence: below it a strip has no place

// Of 7 200 pairs of other photographs of the same shape, 17 000 of site templates and 18 000 of portraits
// that were compared without any lead none reached 8 with three shifts; the strips of 240 photographs, eight
// of each, reached 40 in all but two (bench/strips_set.py, seeds 1 to 4).
constexpr double least_evidence = 36;
constexpr int least_shifts = 3;
constexpr int least_placed = 3;

// The planes of a sign grid with lines across the strips: a byte for eight cells of a line.
struct Lines {
    struct Line {
        std::uint8_t beside = 0; // brightness rises along the line
        std::uint8_t onward = 0; // ... from line to line
        std::uint8_t beside_clear = 0;
        std::uint8_t onward_clear = 0;
    };
    int count = 0;
    int tiles = 0; // a line
    std::vector<Line> lines;

    const Line& at(int line, int tile) const
    {
        return lines[static_cast<std::size_t>(line) * static_cast<std::size_t>(tiles) +
                     static_cast<std::size_t>(tile)];
    }
};

template <class Grid>
Lines lines_of(const Grid& grid, Strips strips)
{
    const bool is_turned = strips == Strips::columns;
    Lines result;
    result.count = cells * (is_turned ? grid.tile_columns : grid.tile_rows);
    result.tiles = is_turned ? grid.tile_rows : grid.tile_columns;
    const auto byte_at = [&](const auto& plane, int line, int tile) -> std::uint8_t {
        if (!is_turned) return plane[static_cast<std::size_t>(line * grid.tile_columns + tile)];
        unsigned byte = 0;
        for (int i = 0; i < cells; ++i) {
            const int row = tile * cells + i;
            const unsigned eight = plane[static_cast<std::size_t>(row * grid.tile_columns + line / cells)];
            byte |= (eight >> static_cast<unsigned>(line % cells) & 1U) << static_cast<unsigned>(i);
        }
        return static_cast<std::uint8_t>(byte);
    };
    for (int line = 0; line < result.count; ++line)
        for (int tile = 0; tile < result.tiles; ++tile) {
            Lines::Line all{byte_at(grid.right, line, tile), byte_at(grid.down, line, tile),
                            byte_at(grid.right_clear, line, tile), byte_at(grid.down_clear, line, tile)};
            if (is_turned) {
                std::swap(all.beside, all.onward);
                std::swap(all.beside_clear, all.onward_clear);
            }
            result.lines.push_back(all);
        }
    return result;
}

// How a strip of the reference agrees with a place of the picture.
struct Fit {
    double evidence = 0;
    double natural_evidence = 0;
    int blocks = 0;
    int agreeing = 0;
    int disagreeing = 0;

    bool is_good() const
    {
        return evidence >= least_of_strip && agreeing >= least_agreeing * blocks &&
               disagreeing <= most_disagreeing * blocks;
    }
};

struct Range {
    int begin = 0;
    int end = 0;
};

class Search {
public:
    Search(Strips strips, const StoredSignGrid& reference, const std::array<const SignGrid*, 2>& found,
           bool inverted, const std::vector<bool>& ignored)
        : strips_(strips), grid_(reference), ignored_(ignored), inverted_(inverted),
          reference_(lines_of(reference, strips)), found_{lines_of(*found[0], strips),
                                                          lines_of(*found[1], strips)}
    {
    }

    int lines() const { return reference_.count; }

    StripOrder order_of(int count, double strip_lines) const
    {
        struct Placed {
            int strip, place;
            Fit fit;
        };
        std::vector<Placed> all;
        for (int strip = 0; strip < count; ++strip) {
            const auto line = [&](int i) {
                return std::min(static_cast<int>(std::lround(i * strip_lines)), reference_.count);
            };
            for (int place = 0; place < count; ++place) {
                const auto fit = best_fit({line(strip), line(strip + 1)}, (place - strip) * strip_lines);
                if (fit.is_good()) all.push_back({strip, place, fit});
            }
        }
        std::ranges::stable_sort(all, std::greater{},
                                 [](const Placed& placed) { return placed.fit.evidence; });
        std::vector<bool> is_strip_taken(static_cast<std::size_t>(count), false);
        std::vector<bool> is_place_taken = is_strip_taken;
        std::map<int, double> by_shift;
        StripOrder order;
        order.strips = count;
        for (const auto& [strip, place, fit] : all) {
            auto&& strip_taken = is_strip_taken[static_cast<std::size_t>(strip)];
            auto&& place_taken = is_place_taken[static_cast<std::size_t>(place)];
            if (strip_taken || place_taken) continue;
            strip_taken = place_taken = true;
            ++order.placed;
            by_shift[place - strip] += fit.natural_evidence;
            order.evidence += fit.natural_evidence;
        }
        order.shifts = static_cast<int>(std::ranges::count_if(
            by_shift, [](const auto& shift) { return shift.second >= least_of_strip; }));
        double most = 0;
        for (const auto& [shift, evidence] : by_shift)
            most = std::max(most, evidence);
        order.evidence -= most;
        return order;
    }

private:
    const TileTraits& traits_of(int line_tile, int tile) const
    {
        return grid_.tiles[index_of(line_tile, tile)];
    }
    std::size_t index_of(int line_tile, int tile) const
    {
        const int row = strips_ == Strips::rows ? line_tile : tile;
        const int column = strips_ == Strips::rows ? tile : line_tile;
        return static_cast<std::size_t>(row * grid_.tile_columns + column);
    }

    Fit best_fit(Range strip, double shift) const
    {
        Fit best;
        for (int half = -most_half_cells; half <= most_half_cells; ++half) {
            const auto fit = fit_of(strip, static_cast<int>(std::lround(2 * shift)) + half);
            if (fit.evidence > best.evidence) best = fit;
        }
        return best;
    }

    Fit fit_of(Range strip, int half_cells) const
    {
        const auto& found = found_[static_cast<std::size_t>(half_cells & 1)];
        const int shift = (half_cells - (half_cells & 1)) / 2;
        Fit fit;
        for (int tile = 0; tile < reference_.tiles; ++tile)
            add_block(strip, tile, shift, found, fit);
        return fit;
    }

    // Lines at the ends of a strip tell nothing of the way onward: another strip lies there.
    void add_block(Range strip, int tile, int shift, const Lines& found, Fit& fit) const
    {
        int inside = 0; // cells
        int clear = 0;
        int alike = 0;
        int graphic = 0;
        TileTraits traits;
        for (int line = strip.begin; line < strip.end; ++line) {
            if (!ignored_.empty() && ignored_[index_of(line / cells, tile)]) return;
            const auto& of_tile = traits_of(line / cells, tile);
            traits.chance = std::max(traits.chance, of_tile.chance);
            graphic += of_tile.is_graphic ? 1 : 0;
            const int there = line + shift;
            if (there < 0 || there >= found.count) continue;
            const auto& a = reference_.at(line, tile);
            const auto& b = found.at(there, tile);
            const auto add = [&](unsigned sign, unsigned other, unsigned counted) {
                clear += std::popcount(counted);
                alike += std::popcount(~(sign ^ other) & counted);
            };
            inside += std::popcount(b.beside_clear);
            add(a.beside, b.beside, unsigned{a.beside_clear} & b.beside_clear);
            if (line > strip.begin && line + 1 < strip.end)
                add(a.onward, b.onward, unsigned{a.onward_clear} & b.onward_clear);
        }
        const int size = strip.end - strip.begin;
        if (inside < least_inside * size * cells || clear < least_bits) return;
        const double same = static_cast<double>(alike) / clear;
        const double share = inverted_ ? 1 - same : same;
        const double evidence = tile_evidence(clear, share, traits);
        ++fit.blocks;
        fit.agreeing += share >= agreeing_share ? 1 : 0;
        fit.disagreeing += share < disagreeing_share ? 1 : 0;
        fit.evidence += evidence;
        if (2 * graphic <= size) fit.natural_evidence += evidence;
    }

    Strips strips_;
    const StoredSignGrid& grid_;
    const std::vector<bool>& ignored_;
    bool inverted_;
    Lines reference_;
    std::array<Lines, 2> found_;
};

} // namespace

std::optional<StripLooks> looks_for_strips(Strips strips, const StoredSignGrid& reference,
                                           Size reference_size, Size picture_size)
{
    const bool is_rows = strips == Strips::rows;
    const double scale =
        is_rows ? picture_size.width / reference_size.width : picture_size.height / reference_size.height;
    const double side = scale * (is_rows ? reference_size.height : reference_size.width);
    const double shown = is_rows ? picture_size.height : picture_size.width;
    if (side > shown / (1 - most_left_over) || shown > side * most_longer) return std::nullopt;
    const double stretch = side / shown;
    const int tiles = is_rows ? reference.tile_rows : reference.tile_columns;
    const double half_cell = 0.5 * stretch / (tiles * cells);
    StripLooks looks;
    looks.shown_share = 1 / stretch;
    for (std::size_t i = 0; i < looks.unit.size(); ++i) {
        const double further = static_cast<double>(i) * half_cell;
        looks.unit[i] =
            is_rows ? Affine{{1, 0, 0, 0, stretch, further}} : Affine{{stretch, 0, further, 0, 1, 0}};
    }
    return looks;
}

StripOrder strip_order_of(Strips strips, const StoredSignGrid& reference,
                          const std::array<const SignGrid*, 2>& found, double shown_share, bool inverted,
                          const std::vector<bool>& ignored)
{
    if (!same_grid(reference, *found[0]) || !same_grid(reference, *found[1])) return {};
    const Search search(strips, reference, found, inverted, ignored);
    StripOrder best;
    for (const int number : numbers) {
        const double strip_lines = search.lines() * shown_share / number;
        if (strip_lines < least_strip_cells) continue;
        const auto order = search.order_of(number, strip_lines);
        if (order.evidence > best.evidence && order.shifts >= best.shifts) best = order;
    }
    return best;
}

bool is_reordered(const StripOrder& order) noexcept
{
    return order.evidence >= least_evidence && order.shifts >= least_shifts && order.placed >= least_placed;
}

} // namespace stillwatch::matcher

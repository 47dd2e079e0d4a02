#include "matcher/draw.hpp"

#include "core/face.hpp"
#include "features/grey.hpp"
#include "matcher/geometry.hpp"

#include <fmt/format.h>
#include <opencv2/imgproc.hpp>
#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace stillwatch::matcher {

namespace {

using Colour = cv::Scalar; // red, green, blue: rows go to libpng as they are

const Colour background(236, 236, 236);
const Colour ink(24, 24, 24);
// Two hues that stay apart for the colour-blind.
const Colour place_colour(0, 190, 255);
const Colour edited_colour(255, 140, 0);

constexpr int margin_px = 20;
constexpr int gap_px = 32;                    // between the pictures, and what is written above them
constexpr int most_pictures_width_px = 1'920; // both together
constexpr int least_height_px = 360;
constexpr int most_height_px = 640;
constexpr int least_cell_width_px = 470; // room for a name above a narrow picture
constexpr int line_px = 2;
constexpr int edge_px = 5;          // dark, below the line: seen on any content
constexpr int line_overhang_px = 4; // over the picture, so that a line along its border is whole
constexpr int dot_px = 6;           // radius
constexpr int dot_overhang_px = 10;
constexpr int swatch_px = 14;
constexpr int item_gap_px = 22;

struct Font {
    int face;
    double scale;
    int line_height_px;

    int width_px(const std::string& text) const
    {
        int base_line = 0;
        return cv::getTextSize(text, face, scale, 1, &base_line).width;
    }
};
const Font headline{cv::FONT_HERSHEY_DUPLEX, 0.7, 30};
const Font plain{cv::FONT_HERSHEY_SIMPLEX, 0.5, 24};

std::string printable(std::string text)
{
    std::ranges::replace_if(
        text, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return text;
}

// With "..." in the place of its middle where it is wider than that.
std::string shortened(const std::string& text, const Font& font, int width_px)
{
    if (font.width_px(text) <= width_px) return text;
    for (std::size_t kept = text.size() - 1; kept > 0; --kept) {
        const auto tail = kept / 2;
        auto shorter = text.substr(0, kept - tail) + "..." + text.substr(text.size() - tail);
        if (font.width_px(shorter) <= width_px) return shorter;
    }
    return "...";
}

struct Item {
    std::string text;
    const Colour* swatch = nullptr; // before the text
};
using Line = std::vector<Item>;

int width_of(const Item& item, const Font& font)
{
    return font.width_px(item.text) + (item.swatch != nullptr ? swatch_px + swatch_px / 2 : 0);
}

// As few lines as hold all items.
std::vector<Line> lines_of(std::vector<Item> items, const Font& font, int width_px)
{
    std::vector<Line> lines;
    int left_px = 0;
    for (auto& item : items) {
        item.text = shortened(item.text, font, width_px - 2 * swatch_px);
        const int needed_px = width_of(item, font);
        if (lines.empty() || needed_px > left_px) {
            lines.emplace_back();
            left_px = width_px;
        }
        left_px -= needed_px + item_gap_px;
        lines.back().push_back(std::move(item));
    }
    return lines;
}

int height_of(const std::vector<Line>& lines, const Font& font)
{
    return static_cast<int>(lines.size()) * font.line_height_px;
}

void write(cv::Mat& page, const std::vector<Line>& lines, const Font& font, cv::Point at)
{
    for (const auto& line : lines) {
        const int base_line = at.y + font.line_height_px * 2 / 3;
        int x = at.x;
        for (const auto& item : line) {
            int text_x = x;
            if (item.swatch != nullptr) {
                const cv::Rect swatch(x, base_line - swatch_px + 2, swatch_px, swatch_px);
                cv::rectangle(page, swatch, ink, cv::FILLED);
                cv::rectangle(page, swatch - cv::Size(4, 4) + cv::Point(2, 2), *item.swatch, cv::FILLED);
                text_x += swatch_px + swatch_px / 2;
            }
            cv::putText(page, item.text, {text_x, base_line}, font.face, font.scale, ink, 1, cv::LINE_AA);
            x += width_of(item, font) + item_gap_px;
        }
        at.y += font.line_height_px;
    }
}

std::vector<Item> verdict_of(const Match& match)
{
    // No number: it would be read as a probability.
    if (const auto band = band_of(match))
        return {{"possible resemblance"}, {fmt::format("band {}", name_of(*band))}};
    std::vector<Item> items{{std::string(name_of(match.status))},
                            {fmt::format("tier {}", name_of(match.tier))},
                            {fmt::format("relation {}", name_of(match.relation))},
                            {fmt::format("score {:.2f}", match.score)}};
    if (match.orientation != Orientation::original)
        items.push_back({fmt::format("orientation {}", name_of(match.orientation))});
    if (match.inverted) items.push_back({"negative"});
    return items;
}

std::vector<Item> figures_of(const Match& match)
{
    if (match.tier == Tier::resemblance)
        return {{"a face is like the person's; nothing else was compared. Strangers and relatives may be as "
                 "like"}};
    if (match.tier == Tier::exact) return {{"the same bytes, or the same picture data under other metadata"}};
    const auto percent = [](const char* what, double share) {
        return Item{fmt::format("{} {:.0f}%", what, 100 * share)};
    };
    // Only figures that the tier is decided by: elsewhere they are 0.
    std::vector<Item> items;
    if (match.tier == Tier::near) items.push_back({fmt::format("distance {} bits", match.distance_bits)});
    if (match.tier != Tier::near || match.inliers > 0)
        items.push_back({fmt::format("inliers {}", match.inliers)});
    if (!match.placement) {
        items.push_back({"compared as a whole, not laid onto the picture"});
        return items;
    }
    const auto& placement = *match.placement;
    items.push_back({fmt::format("evidence {:.0f}", placement.evidence)});
    items.push_back(percent("agreeing", placement.agreeing_share));
    items.push_back(percent("disagreeing", placement.disagreeing_share));
    items.push_back(percent("shown", placement.shown_share));
    items.push_back(percent("covered", placement.covered_share));
    return items;
}

bool has_edited_box(const Placement& placement)
{
    const auto& [left, top, right, bottom] = placement.edited;
    return right > left && bottom > top;
}

// The reference's corners in the found picture's unit square; nothing where they are no places.
std::optional<std::array<Point, 4>> corners_in(const features::Preview& found, const Match& match)
{
    if (!match.placement) return std::nullopt;
    const auto& numbers = match.placement->quadrilateral;
    if (!std::ranges::all_of(numbers, [](double number) { return std::isfinite(number); }))
        return std::nullopt;
    std::array<Point, 4> corners;
    for (std::size_t i = 0; i < corners.size(); ++i)
        corners[i] = {numbers[2 * i] / found.width_px, numbers[2 * i + 1] / found.height_px};
    return corners;
}

bool lies_inside(const Point& place)
{
    constexpr double slack = 0.02; // corners of whole copies are a pixel off
    return std::abs(place.x - 0.5) <= 0.5 + slack && std::abs(place.y - 0.5) <= 0.5 + slack;
}

std::vector<Item> legend_of(const Match& match, const std::optional<std::array<Point, 4>>& corners)
{
    std::vector<Item> items;
    if (!corners) return items;
    if (match.tier == Tier::resemblance) return {{"the faces that were compared", &place_colour}};
    const bool has_dot = lies_inside(corners->front());
    items.push_back({has_dot ? "where the other picture lies; the dot is the reference's upper left corner"
                             : "where the other picture lies; the reference's upper left corner is outside",
                     &place_colour});
    if (has_edited_box(*match.placement)) items.push_back({"box around what disagrees", &edited_colour});
    return items;
}

// A picture's place on the page.
struct Panel {
    const NamedPicture* shown;
    cv::Rect area;
    int cell_x;
    int cell_width_px;
};

double aspect_of(const NamedPicture& shown)
{
    return static_cast<double>(shown.picture.frame.width_px) / shown.picture.frame.height_px;
}

std::array<Panel, 2> panels_of(const NamedPicture& reference, const NamedPicture& found)
{
    const int taller = std::max(reference.picture.frame.height_px, found.picture.frame.height_px);
    const int widest = static_cast<int>(most_pictures_width_px / (aspect_of(reference) + aspect_of(found)));
    const int height = std::max(1, std::min(std::clamp(taller, least_height_px, most_height_px), widest));
    std::array<Panel, 2> panels;
    int x = margin_px;
    for (std::size_t i = 0; i < panels.size(); ++i) {
        const auto& shown = i == 0 ? reference : found;
        const int width = std::max(1, static_cast<int>(std::lround(aspect_of(shown) * height)));
        panels[i] = {&shown, {x, 0, width, height}, x, std::max(width, least_cell_width_px)};
        x += panels[i].cell_width_px + gap_px;
    }
    return panels;
}

void paste(cv::Mat& page, const Panel& panel)
{
    const auto source = features::mat_of(panel.shown->picture.frame);
    cv::Mat scaled;
    const bool shrinks = panel.area.height < source.rows;
    cv::resize(source, scaled, panel.area.size(), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_CUBIC);
    cv::cvtColor(scaled, page(panel.area), cv::COLOR_GRAY2RGB);
}

cv::Rect inflated(const cv::Rect& area, int by_px)
{
    return {area.x - by_px, area.y - by_px, area.width + 2 * by_px, area.height + 2 * by_px};
}

// Drawing on one panel, in places of its unit square; what lies outside is cut off.
class Pen {
public:
    Pen(cv::Mat& page, const Panel& panel)
        : lines_(page(inflated(panel.area, line_overhang_px))),
          dots_(page(inflated(panel.area, dot_overhang_px))), size_(panel.area.size())
    {
    }

    void outline(const std::array<Point, 4>& corners, const Colour& colour)
    {
        std::vector<cv::Point> points;
        for (const auto& corner : corners)
            points.push_back(fixed(corner, line_overhang_px));
        cv::polylines(lines_, points, true, ink, edge_px, cv::LINE_AA, fraction_bits);
        cv::polylines(lines_, points, true, colour, line_px, cv::LINE_AA, fraction_bits);
    }

    void dot(const Point& at, const Colour& colour)
    {
        const auto centre = fixed(at, dot_overhang_px);
        const auto disc = [&](int radius_px, const Colour& fill) {
            cv::circle(dots_, centre, radius_px << fraction_bits, fill, cv::FILLED, cv::LINE_AA,
                       fraction_bits);
        };
        disc(dot_px + 2, ink);
        disc(dot_px, colour);
    }

private:
    static constexpr int fraction_bits = 4;

    // OpenCV takes the middle of a pixel for its place, and whole numbers: far corners stay within them.
    cv::Point fixed(const Point& at, int overhang_px) const
    {
        const auto scaled = [overhang_px](double place, int side) {
            constexpr double furthest_px = 1 << 20;
            const double px = std::clamp(place * side - 0.5, -furthest_px, furthest_px) + overhang_px;
            return static_cast<int>(std::lround(px * (1 << fraction_bits)));
        };
        return {scaled(at.x, size_.width), scaled(at.y, size_.height)};
    }

    cv::Mat lines_;
    cv::Mat dots_;
    cv::Size size_;
};

// The found picture's corners in the reference's unit square: what of the reference a crop shows. Nothing
// where the reference is laid onto a line.
std::optional<std::array<Point, 4>> seen_part(const std::array<Point, 4>& corners)
{
    const Point right{corners[1].x - corners[0].x, corners[1].y - corners[0].y};
    const Point down{corners[3].x - corners[0].x, corners[3].y - corners[0].y};
    const double area = right.x * down.y - right.y * down.x;
    if (!(std::abs(area) > 1e-6 && std::isfinite(area))) return std::nullopt;
    std::array<Point, 4> part{Point{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    for (auto& place : part) {
        const Point from{place.x - corners[0].x, place.y - corners[0].y};
        place = {(from.x * down.y - from.y * down.x) / area, (right.x * from.y - right.y * from.x) / area};
    }
    return part;
}

void mark(Pen on_reference, Pen on_found, const std::array<Point, 4>& corners, const Placement& placement,
          bool is_face)
{
    // Exact for parallelograms, which affine mappings make.
    const auto placed = [&](const Point& at) {
        const std::array<double, 4> shares{(1 - at.x) * (1 - at.y), at.x * (1 - at.y), at.x * at.y,
                                           (1 - at.x) * at.y};
        Point sum;
        for (std::size_t i = 0; i < shares.size(); ++i)
            sum = {sum.x + shares[i] * corners[i].x, sum.y + shares[i] * corners[i].y};
        return sum;
    };
    on_found.outline(corners, place_colour);
    if (is_face) {
        const auto& [left, top, right, bottom] = placement.edited;
        on_reference.outline({Point{left, top}, {right, top}, {right, bottom}, {left, bottom}}, place_colour);
        return;
    }
    if (const auto part = seen_part(corners)) on_reference.outline(*part, place_colour);
    if (has_edited_box(placement)) {
        const auto& [left, top, right, bottom] = placement.edited;
        std::array<Point, 4> box{Point{left, top}, {right, top}, {right, bottom}, {left, bottom}};
        on_reference.outline(box, edited_colour);
        std::ranges::transform(box, box.begin(), placed);
        on_found.outline(box, edited_colour);
    }
    if (!lies_inside(corners[0])) return;
    on_reference.dot({0, 0}, place_colour);
    on_found.dot(corners[0], place_colour);
}

Line caption_of(const Panel& panel, const char* role)
{
    const auto& picture = panel.shown->picture;
    const auto size = fmt::format("{} x {}", picture.width_px, picture.height_px);
    const auto before = fmt::format("{}: ", role);
    const int room_px = panel.cell_width_px - plain.width_px(before) - plain.width_px(size) - item_gap_px;
    return {{before + shortened(printable(panel.shown->name), plain, room_px)}, {size}};
}

Bytes png_of(const cv::Mat& page)
{
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(page.cols);
    image.height = static_cast<png_uint_32>(page.rows);
    image.format = PNG_FORMAT_RGB;
    Bytes file(PNG_IMAGE_PNG_SIZE_MAX(image));
    png_alloc_size_t size = file.size();
    // Only memory can be missing: the room is the largest that such a picture takes.
    if (png_image_write_to_memory(&image, file.data(), &size, 0, page.data, 0, nullptr) == 0)
        throw std::bad_alloc();
    file.resize(size);
    return file;
}

} // namespace

Bytes draw_match(const NamedPicture& reference, const NamedPicture& found, const Match& match)
{
    auto panels = panels_of(reference, found);
    const int width = panels[1].cell_x + panels[1].cell_width_px + margin_px;
    const int text_width = width - 2 * margin_px;
    const auto verdict = lines_of(verdict_of(match), headline, text_width);
    const auto figures = lines_of(figures_of(match), plain, text_width);
    const auto corners = corners_in(found.picture, match);
    const auto legend = lines_of(legend_of(match, corners), plain, text_width);

    const int verdict_y = margin_px / 2;
    const int figures_y = verdict_y + height_of(verdict, headline);
    const int captions_y = figures_y + height_of(figures, plain) + margin_px / 2;
    const int pictures_y = captions_y + plain.line_height_px + dot_overhang_px - 2;
    const int legend_y = pictures_y + panels[0].area.height + margin_px;
    const int height = legend_y + height_of(legend, plain) + margin_px / 2;

    cv::Mat page(height, width, CV_8UC3, background);
    write(page, verdict, headline, {margin_px, verdict_y});
    write(page, figures, plain, {margin_px, figures_y});
    write(page, legend, plain, {margin_px, legend_y});
    for (auto& panel : panels) {
        panel.area.y = pictures_y;
        const auto* role = &panel == &panels[0] ? "reference" : "found";
        write(page, {caption_of(panel, role)}, plain, {panel.cell_x, captions_y});
        paste(page, panel);
    }
    if (corners)
        mark({page, panels[0]}, {page, panels[1]}, *corners, *match.placement,
             match.tier == Tier::resemblance);
    return png_of(page);
}

} // namespace stillwatch::matcher

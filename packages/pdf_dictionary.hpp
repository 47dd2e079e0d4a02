#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace stillwatch::packages {

// What a dictionary of a PDF file says, read where it stands: "/Name value", dictionaries inside it included.
// It must outlive this.
class PdfDictionary {
public:
    explicit PdfDictionary(std::string_view text) : text_(text) {}

    // A number that stands there itself; nothing for one in another object.
    std::optional<std::size_t> number(std::string_view name) const;
    // One name, or those of a list, without their slashes.
    std::vector<std::string_view> names(std::string_view name) const;
    bool is_true(std::string_view name) const;

private:
    std::string_view value(std::string_view name) const;

    std::string_view text_;
};

} // namespace stillwatch::packages

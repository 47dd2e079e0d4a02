#include "html/forms.hpp"

#include "html/text.hpp"

namespace stillwatch::html {

namespace {

constexpr std::size_t most_hidden = 16;
constexpr std::size_t most_buttons = 32;
constexpr std::size_t most_options = 64;

// As application/x-www-form-urlencoded (URL standard section 5.2).
void append_encoded(std::string& out, std::string_view text)
{
    static constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_letter(c) || is_digit(c) || std::string_view("*-._").find(c) != std::string_view::npos)
            out.push_back(c);
        else if (c == ' ')
            out.push_back('+');
        else
            out.append("%").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    }
}

void append_field(std::string& query, const Forms::Field& field)
{
    if (field.first.empty()) return;
    query.push_back(query.empty() ? '?' : '&');
    append_encoded(query, field.first);
    query.push_back('=');
    append_encoded(query, field.second);
}

} // namespace

void Forms::open(std::string_view action, bool leads_on)
{
    *this = Forms();
    is_open_ = true;
    leads_on_ = leads_on;
    action_ = action;
}

void Forms::hide(Field field)
{
    if (hidden_.size() < most_hidden)
        hidden_.push_back(field);
    else
        ask();
}

void Forms::press(std::string_view action, Field button)
{
    if (buttons_.size() < most_buttons) buttons_.push_back({action.empty() ? action_ : action, button});
}

void Forms::list(std::string_view name)
{
    list_ = name;
    ++lists_;
}

void Forms::option(std::string_view value)
{
    if (lists_ == 1 && !value.empty() && options_.size() < most_options) options_.push_back(value);
}

// A form sends its fields in place of the query of its action.
std::string Forms::reference(std::string_view action, Field last) const
{
    std::string query;
    for (const auto& field : hidden_)
        append_field(query, field);
    append_field(query, last);
    const auto path = action.substr(0, action.find_first_of("?#"));
    return query.empty() ? std::string(path) : std::string(path) + query;
}

std::vector<std::string> Forms::close()
{
    std::vector<std::string> references;
    if (is_open_ && leads_on_) {
        if (lists_ == 0)
            for (const auto& button : buttons_)
                references.push_back(reference(button.action, button.field));
        else if (lists_ == 1 && !list_.empty())
            for (const auto& option : options_)
                references.push_back(reference(action_, {list_, option}));
    }
    *this = Forms();
    return references;
}

} // namespace stillwatch::html

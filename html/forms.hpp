#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stillwatch::html {

// The form that is open while a document is read, as far as it only leads on: sent by GET, with nothing to
// fill in.
class Forms {
public:
    using Field = std::pair<std::string_view, std::string_view>; // name and value

    void open(std::string_view action, bool leads_on);
    void hide(Field field);
    void press(std::string_view action, Field button);
    // A list that one is chosen from; its options follow.
    void list(std::string_view name);
    void option(std::string_view value);
    // Something is to be filled in: what the form leads to is not known.
    void ask() noexcept { leads_on_ = false; }
    bool is_open() const noexcept { return is_open_; }

    // The form ends. What it may lead to, as references.
    std::vector<std::string> close();

private:
    struct Button {
        std::string_view action;
        Field field;
    };
    std::string reference(std::string_view action, Field last) const;

    bool is_open_ = false;
    bool leads_on_ = false;
    std::string_view action_;
    std::vector<Field> hidden_;
    std::vector<Button> buttons_;
    std::string_view list_;
    int lists_ = 0;
    std::vector<std::string_view> options_;
};

} // namespace stillwatch::html

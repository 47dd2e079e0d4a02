#include "config/control_socket.hpp"

#include <gtest/gtest.h>

namespace stillwatch::config {
namespace {

constexpr std::string_view file = "/etc/stillwatch/stillwatch.toml";

TEST(ControlSocket, IsFoundInAConfigurationWithMistakes)
{
    EXPECT_EQ(control_socket("[organisation]\nnmae = 1\n[control]\nsocket = \"/run/a.sock\"\n", file),
              "/run/a.sock");
    EXPECT_EQ(
        control_socket(
            "[organisation\nname = \"x\n\n[control] # here\r\n  socket='/run/a.sock' # there\r\n]]", file),
        "/run/a.sock");
    EXPECT_EQ(control_socket("control.socket = \"/run/a.sock\"\n[[site]\n", file), "/run/a.sock");
}

TEST(ControlSocket, CountsFromTheDirectoryOfTheFile)
{
    EXPECT_EQ(control_socket("[control]\nsocket = \"run/../a.sock\"", file), "/etc/stillwatch/a.sock");
}

TEST(ControlSocket, IsTheDefaultWhereNoneIsNamed)
{
    for (const auto* text :
         {"", "[control]", "[control]\nsocket = 7", "[control]\nsocket = \"/run/open",
          "[site]\nsocket = \"/x\"", "[control]\n# socket = \"/x\"", "[control]\nsocket = \"\""})
        EXPECT_EQ(control_socket(text, file), "/run/stillwatch/control.sock") << text;
    EXPECT_EQ(control_socket(std::filesystem::path("/absent/stillwatch.toml")),
              "/run/stillwatch/control.sock");
}

} // namespace
} // namespace stillwatch::config

#include "core/binary.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace stillwatch {
namespace {

TEST(Binary, NumbersAreLittleEndian)
{
    BinaryWriter writer;
    writer.number(std::uint32_t{0x01020304});
    EXPECT_EQ(to_hex(std::move(writer).take()), "04030201");
}

TEST(Binary, WhatWasWrittenIsRead)
{
    BinaryWriter writer;
    writer.number(std::uint8_t{200});
    writer.number(std::uint64_t{0xfedcba9876543210});
    writer.text("añb");
    writer.bytes(as_bytes("xyz"));
    const auto bytes = std::move(writer).take();
    BinaryReader reader(bytes);
    EXPECT_EQ(reader.number<std::uint8_t>(), 200);
    EXPECT_EQ(reader.number<std::uint64_t>(), 0xfedcba9876543210);
    EXPECT_EQ(reader.text(10), "añb");
    EXPECT_EQ(as_text(reader.bytes(3)), "xyz");
    EXPECT_TRUE(reader.complete());
}

TEST(Binary, RealNumbersKeepTheirBits)
{
    BinaryWriter writer;
    writer.real(-0.0);
    writer.real(0.1);
    writer.real(std::numeric_limits<double>::infinity());
    const auto bytes = std::move(writer).take();
    BinaryReader reader(bytes);
    EXPECT_TRUE(std::signbit(reader.real()));
    EXPECT_EQ(reader.real(), 0.1);
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(reader.real(), 0) << "not finite";
    EXPECT_FALSE(reader.ok());
}

TEST(Binary, AShortMessageReadsAsZeroesAndIsNotComplete)
{
    const auto bytes = to_bytes("\x01");
    BinaryReader reader(bytes);
    EXPECT_EQ(reader.number<std::uint32_t>(), 0U);
    EXPECT_EQ(reader.text(100), "");
    EXPECT_EQ(reader.number<std::uint8_t>(), 0U) << "nothing is read after a failure";
    EXPECT_FALSE(reader.ok());
}

TEST(Binary, ATextOverItsBoundIsRefused)
{
    BinaryWriter writer;
    writer.text("four");
    const auto bytes = std::move(writer).take();
    BinaryReader reader(bytes);
    EXPECT_EQ(reader.text(3), "");
    EXPECT_FALSE(reader.ok());
}

TEST(Binary, WhatIsLeftOverMakesItIncomplete)
{
    const auto bytes = to_bytes("ab");
    BinaryReader reader(bytes);
    reader.number<std::uint8_t>();
    EXPECT_TRUE(reader.ok());
    EXPECT_FALSE(reader.complete());
}

TEST(Binary, OverwriteTouchesOnlyItsNumber)
{
    BinaryWriter writer;
    writer.number(std::uint8_t{0xaa});
    writer.number(std::uint16_t{0});
    writer.number(std::uint8_t{0xbb});
    writer.overwrite(1, std::uint16_t{0x1234});
    EXPECT_EQ(to_hex(std::move(writer).take()), "aa3412bb");
}

} // namespace
} // namespace stillwatch

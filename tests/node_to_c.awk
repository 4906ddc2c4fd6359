# The C column of docs/node-to-c.md as a C file: its functions, and one function for each line of its tables. With -v only_core=1 without
# the lines of the section about libsocketio-redis.
/^## / { left_out = only_core && /^## Redis/ }
/^```c$/ { block = 1; next }
/^```$/ { block = 0; next }
block { print; next }

/^\| `/ {
    if (left_out || !split_row($0, cells) || cells[2] ~ /^none: /)
        next
    printf "\n/* %s */\nstatic void line_%d(const struct twin_line *at)\n{\n    TWIN_LINE(at);\n", comment(cells[1]), count++
    body = code(cells[2])
    print (body ~ /^SIO_OPTIONS/ ? "    twin_try_options(" body ");" : "    " body) "\n}"
}

END {
    printf "\nvoid (*const twin_lines[])(const struct twin_line *at) = {\n"
    for (i = 0; i < count; i++)
        printf "    line_%d,\n", i
    printf "};\n\nconst size_t twin_lines_count = %d;\n", count
}

# "| a | b |", with bars inside written \|
function split_row(line, cells)
{
    gsub(/\\\|/, "\001", line)
    if (split(line, parts, " [|] ") != 2)
        return 0
    cells[1] = substr(parts[1], 3)
    cells[2] = parts[2]
    sub(/ *[|] *$/, "", cells[2])
    gsub("\001", "|", cells[1])
    gsub("\001", "|", cells[2])
    return 1
}

# What stands between backquotes, a line each.
function code(cell)
{
    gsub(/`<br>`/, "\n    ", cell)
    gsub(/`/, "", cell)
    return cell
}

function comment(cell)
{
    cell = code(cell)
    gsub(/\*\//, "* /", cell)
    gsub(/\/\*/, "/ *", cell)
    return cell
}

package io.flashsale.cms.blacklist;

import com.baomidou.mybatisplus.core.conditions.query.QueryWrapper;
import com.baomidou.mybatisplus.core.mapper.BaseMapper;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

@Mapper
interface EntryMapper extends BaseMapper<EntryRow> {

    /** Lifts an entry that stands, and owes the lifting to Redis. */
    @Update(
            """
            UPDATE blacklist_entry SET lifted_at = UTC_TIMESTAMP(3), change_seq = NULL
            WHERE id = #{id} AND lifted_at IS NULL""")
    int lift(@Param("id") long id);

    @Select("SELECT COUNT(*) FROM blacklist_entry WHERE id = #{id} AND change_seq IS NULL")
    int owed(@Param("id") long id);

    @Select("SELECT COUNT(*) FROM blacklist_entry WHERE id BETWEEN #{first} AND #{last} AND change_seq IS NULL")
    int owedAmong(@Param("first") long first, @Param("last") long last);

    /** Which of the values are on the list until then at least; null: until lifted. */
    default Set<String> standingUntil(String kind, List<String> values, @Nullable LocalDateTime until) {
        return selectList(new QueryWrapper<EntryRow>()
                        .select("DISTINCT `value`")
                        .eq("kind", kind)
                        .in("`value`", values)
                        .isNull("lifted_at")
                        .and(end ->
                                end.isNull("expires_at").or(until != null, longer -> longer.ge("expires_at", until))))
                .stream()
                .map(row -> row.value)
                .collect(Collectors.toSet());
    }

    /** Entries that stand, newest first, those before an id; of one value where that is not empty. */
    default List<EntryRow> standing(String value, long before, int limit) {
        return selectList(new QueryWrapper<EntryRow>()
                .isNull("lifted_at")
                .in(
                        !value.isEmpty(),
                        "kind",
                        "address",
                        "network",
                        "account",
                        "session") // so that there is an index for it
                .eq(!value.isEmpty(), "`value`", value)
                .lt("id", before)
                .orderByDesc("id")
                .last("LIMIT " + limit));
    }
}

package io.flashsale.cms.promo;

import com.baomidou.mybatisplus.core.conditions.query.QueryWrapper;
import com.baomidou.mybatisplus.core.mapper.BaseMapper;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Update;

@Mapper
interface PromoMapper extends BaseMapper<PromoRow> {

    /** The step itself: one row if the promo was in a state that allows it, none otherwise. */
    @Update(
            """
            <script>
            UPDATE promo SET state = #{to}, updated_at = UTC_TIMESTAMP(3) WHERE id = #{id} AND state IN
            <foreach collection="from" item="state" open="(" separator="," close=")">#{state}</foreach>
            </script>""")
    int step(@Param("id") long id, @Param("from") List<PromoState> from, @Param("to") PromoState to);

    /** Newest first, those before an id. */
    default List<PromoRow> page(long before, int limit) {
        return selectList(
                new QueryWrapper<PromoRow>().lt("id", before).orderByDesc("id").last("LIMIT " + limit));
    }
}

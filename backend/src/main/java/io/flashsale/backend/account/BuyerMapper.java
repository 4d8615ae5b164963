package io.flashsale.backend.account;

import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;

@Mapper
interface BuyerMapper {

    /** Makes accounts; one that is there gets this level, and keeps its standing. */
    @Insert(
            """
            <script>
            INSERT INTO buyer (user_id, level, state, created_at) VALUES
            <foreach item='id' collection='ids' separator=','>(#{id}, #{level}, 'ACTIVE', UTC_TIMESTAMP(3))</foreach>
            ON DUPLICATE KEY UPDATE level = #{level}
            </script>
            """)
    int open(@Param("ids") List<String> ids, @Param("level") int level);
}

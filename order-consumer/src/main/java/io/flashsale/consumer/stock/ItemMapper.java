package io.flashsale.consumer.stock;

import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;

@Mapper
interface ItemMapper {

    /** Locks as it reads, and reads along the primary key: by id. */
    @Select(
            """
            <script>
            SELECT id, sku, available, restocked, epoch, version FROM promo_item WHERE id IN
            <foreach item="id" collection="ids" open="(" separator="," close=")">#{id}</foreach>
            ORDER BY id FOR UPDATE
            </script>
            """)
    List<Item> lock(@Param("ids") Collection<Long> ids);

    /** The ceiling: no more is held than there is, whatever Redis says. */
    @Update("UPDATE promo_item SET available = available - #{units}, held = held + #{units}"
            + " WHERE id = #{id} AND available >= #{units}")
    int hold(@Param("id") long id, @Param("units") int units);

    @Update("UPDATE promo_item SET available = available + #{units}, held = held - #{units}"
            + " WHERE id = #{id} AND held >= #{units}")
    int release(@Param("id") long id, @Param("units") int units);

    @Update("UPDATE promo_item SET held = held - #{units}, sold = sold + #{units}"
            + " WHERE id = #{id} AND held >= #{units}")
    int sell(@Param("id") long id, @Param("units") int units);

    @Update(
            "UPDATE promo_item SET available = available + #{units}, sold = sold - #{units}, restocked = restocked + #{units}"
                    + " WHERE id = #{id} AND sold >= #{units}")
    int restock(@Param("id") long id, @Param("units") int units);

    @Update("UPDATE promo_item SET version = version + #{by} WHERE id = #{id} AND version = #{from}")
    int raiseVersion(@Param("id") long id, @Param("from") long from, @Param("by") int by);
}
